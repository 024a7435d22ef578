import { messageOf } from '@longshore/kit';
import type { RawEvent, RawWatch, WatchSink } from '../backend.js';
import type { DuplexStream } from './endpoint.js';
import type { EtcdMessages, WatchAnswer } from './messages.js';

export type WatchDuplex = DuplexStream<Buffer, WatchAnswer>;

/**
 * One watch on one stream of its own, so that nobody's refused watch can jam it. It never resumes: whoever follows
 * knows the last revision that was delivered and opens another.
 */
export class WatchStream implements RawWatch {
  readonly #sink: WatchSink;
  readonly #messages: EtcdMessages;
  #stream: WatchDuplex | undefined;
  /** Parts of an answer that etcd has cut into pieces: a transaction may lie across them. */
  #fragments: RawEvent[] = [];
  #ended = false;
  #paused = false;

  constructor(sink: WatchSink, messages: EtcdMessages) {
    this.#sink = sink;
    this.#messages = messages;
  }

  async open(stream: Promise<WatchDuplex>, under: string, from: number): Promise<void> {
    try {
      const opened = await stream;
      if (this.#ended) {
        opened.on('error', () => undefined);
        opened.cancel();
        return;
      }
      this.#use(opened);
      opened.write(this.#messages.watch(under, from));
    } catch (thrown) {
      this.end(messageOf(thrown));
    }
  }

  close(): void {
    this.#ended = true;
    this.#stream?.cancel();
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.close();
    this.#sink.ended(reason);
  }

  pause(): void {
    this.#paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#stream?.resume();
  }

  #use(stream: WatchDuplex): void {
    this.#stream = stream;
    // Cancelling ends in an error too: the listeners stay.
    stream.on('error', (error) => this.end(error.message));
    stream.on('end', () => this.end('etcd ended the watch'));
    stream.on('data', (answer) => {
      if (!this.#ended) this.#take(answer);
    });
  }

  #take(answer: WatchAnswer): void {
    if (answer.canceled) this.#cancelled(answer);
    // Its header says where the store is, not where the watch is: nothing may be concluded from it.
    else if (answer.created) this.#sink.opened({ revision: answer.revision, identity: answer.identity });
    else this.#deliver(answer);
  }

  #cancelled({ compacted, reason }: WatchAnswer): void {
    if (compacted === 0) this.end(reason || 'etcd cancelled the watch');
    else {
      this.close();
      this.#sink.compacted();
    }
  }

  #deliver({ fragment, events }: WatchAnswer): void {
    if (fragment) {
      for (const event of events) this.#fragments.push(event);
      return;
    }
    const whole = this.#fragments.length === 0 ? events : this.#fragments.concat(events);
    this.#fragments = [];
    if (whole.length > 0) this.#sink.events(whole);
  }
}
