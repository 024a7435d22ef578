import { type Clock, Turns } from '@longshore/kit';

/** What agents have done for them, in pieces. */
export type AgentTurns = Turns<'answer' | 'commit' | 'intake'>;

/**
 * Answers to polls and reports have their turns one after the other: an agent that is to stop a task does not wait for
 * a thousand others to be heard. Of the reports, those that were read are committed before more are read, since a report
 * that was read takes twice the room, as objects that the collector walks.
 */
export function agentTurns(clock: Pick<Clock, 'monotonicMs'>): AgentTurns {
  return new Turns(() => clock.monotonicMs(), [['answer'], ['commit', 'intake']]);
}

/** Of some seven tasks. */
const largeReportBytes = 2048;

/** Large reports are read when their turn comes. Polls never wait: an agent is heard by them. */
export function waitsToBeRead(operation: string, bytes: number): boolean {
  return operation === 'Report' && bytes > largeReportBytes;
}
