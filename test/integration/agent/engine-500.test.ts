import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@longshore/kit';
import { expect } from 'chai';
import { testSocket } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { AgentRig } from './rig.js';

/** The engine's socket, and in sick days a 500 to everything. */
class SickDoor {
  readonly directory = mkdtempSync(join(tmpdir(), 'longshore-door-'));
  readonly path = join(this.directory, 'docker.sock');
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #sick = false;
  answered = 0;

  constructor() {
    this.#server = createServer((near) => {
      this.#open.add(near);
      near.on('close', () => this.#open.delete(near)).on('error', () => near.destroy());
      if (this.#sick) this.#refuse(near);
      else this.#pass(near);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.path, resolve));
    return this;
  }

  /** Whoever is connected has to come again. */
  turn(sick: boolean): void {
    this.#sick = sick;
    for (const socket of this.#open) socket.destroy();
  }

  #pass(near: Socket): void {
    const far = connect(testSocket);
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far).pipe(near);
  }

  #refuse(near: Socket): void {
    const body = JSON.stringify({ message: 'the engine is not well' });
    near.on('data', () => {
      this.answered += 1;
      near.end(
        `HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
    });
  }

  async close(): Promise<void> {
    this.turn(false);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

describe('an agent whose Docker answers 500', function () {
  this.timeout(180_000);
  needs('docker');
  let door: SickDoor;
  let rig: AgentRig;
  before(async () => {
    door = await new SickDoor().start();
    rig = await new AgentRig([], { DOCKER_HOST: `unix://${door.path}` }).start();
  });
  after(async () => {
    door.turn(false);
    await rig.close();
    await door.close();
  });

  it('keeps what runs, says so, reports what could not begin, and goes on', async () => {
    const [runs, stops, late] = ['a', 'b', 'c'].map(() => systemRandom.hexId()) as [string, string, string];
    for (const task of [runs, stops]) rig.plane.run(rig.definition([{ name: 'web' }]), { task });
    const before = await rig.reaches(runs, 'RUNNING');
    await rig.reaches(stops, 'RUNNING');
    door.turn(true);
    rig.plane.stop(stops);
    rig.plane.run(rig.definition([{ name: 'web' }]), { task: late });
    const ended = await rig.reaches(late, 'STOPPED');
    expect(ended.stoppedReason).to.equal(
      'CannotPullContainerError: Error response from daemon: the engine is not well',
    );
    await eventually(
      () =>
        rig.plane.reports.some(
          (r) => r.impairedReason?.startsWith('docker: inspect fails for 30 s') ?? false,
        ),
      {
        withinMs: 60_000,
        state: () => rig.log.slice(-2000),
      },
    );
    expect([rig.plane.status(runs), rig.plane.status(stops)]).to.deep.equal(['RUNNING', 'STOPPING']);
    // Looks and stops are tried again, at a pace: not in a loop.
    expect(door.answered).to.be.lessThan(400);
    door.turn(false);
    await rig.reaches(stops, 'STOPPED');
    const found = await rig.containers();
    expect(found.filter((c) => c.State === 'running').map((c) => c.Id)).to.deep.equal([
      before.containers[0]?.runtimeId,
    ]);
    expect(found).to.have.length(2);
    await eventually(() => rig.plane.reports.at(-1)?.impairedReason === '', {
      withinMs: 90_000,
      everyMs: 500,
    });
  });
});
