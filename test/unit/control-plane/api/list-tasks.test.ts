import { aClusterRecord, aTaskRecord, type DeploymentRecord, type ListTasksRequest } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { listTasks } from '../../../../packages/control-plane/src/api/tasks/list-tasks.js';
import { openRig, type Rig } from './rig.js';

interface Kind {
  readonly family: string;
  readonly startedBy: string;
  readonly service: string;
  readonly deployment: string;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
}

const standalone: Omit<Kind, 'family'> = {
  startedBy: '',
  service: '',
  deployment: '',
  desiredStatus: 'RUNNING',
};
const kinds: readonly Kind[] = [
  { ...standalone, family: 'a', startedBy: 'me' },
  { ...standalone, family: 'b', startedBy: 'you' },
  { ...standalone, family: 'a', service: 's', deployment: '1' },
  { ...standalone, family: 'b', service: 's', deployment: '2' },
  { ...standalone, family: 'a', startedBy: 'me', desiredStatus: 'STOPPED' },
];

const filters: readonly (readonly [string, ListTasksRequest, (kind: Kind) => boolean])[] = [
  ['none', {}, () => true],
  ['family', { family: 'a' }, (k) => k.family === 'a'],
  ['startedBy', { startedBy: 'me' }, (k) => k.startedBy === 'me'],
  ['startedBy, a deployment', { startedBy: 'ecs-svc/1' }, (k) => k.deployment === '1'],
  ['startedBy, a deployment that is gone', { startedBy: 'ecs-svc/2' }, (k) => k.deployment === '2'],
];

describe('ListTasks among many', () => {
  let rig: Rig;
  const ids = new Map<string, Kind>();

  beforeEach(async () => {
    rig = await openRig();
    ids.clear();
    await rig.put('cluster', ['c'], aClusterRecord());
    for (let n = 0; n < 40; n++) {
      const id = ((n * 7) % 40).toString(16).padStart(32, '0');
      const kind = kinds[n % kinds.length] as Kind;
      ids.set(id, kind);
      await rig.put('task', ['c', id], aTaskRecord(kind));
    }
    const key = keyOf('deployment', 'c', 's', '1');
    const value = { rolloutState: 'IN_PROGRESS' } as unknown as DeploymentRecord;
    await rig.store.commit({ expect: [{ key, revision: 0 }], write: [{ put: key, value }] });
  });
  afterEach(() => rig.stop());

  async function pages(request: ListTasksRequest): Promise<readonly string[]> {
    const seen: string[] = [];
    let nextToken: string | undefined;
    do {
      const asked = { cluster: 'c', maxResults: 3, ...request, nextToken };
      const answer = await listTasks(asked, rig.call(), rig.context);
      expect(answer.taskArns?.length).to.be.at.most(3);
      seen.push(...(answer.taskArns ?? []).map((taskArn) => taskArn.slice(-32)));
      nextToken = answer.nextToken;
    } while (nextToken !== undefined);
    return seen;
  }

  const expected = (desiredStatus: string, isOne: (kind: Kind) => boolean): readonly string[] =>
    [...ids]
      .flatMap(([id, kind]) => (kind.desiredStatus === desiredStatus && isOne(kind) ? [id] : []))
      .sort();

  for (const [name, request, isOne] of filters)
    for (const desiredStatus of ['RUNNING', 'STOPPED'] as const)
      it(`pages in id order through all that match and no other: ${name}, ${desiredStatus}`, async () => {
        expect(await pages({ ...request, desiredStatus })).to.deep.equal(expected(desiredStatus, isOne));
      });

  it('finds also who gives the name of a deployment to a task of its own', async () => {
    await rig.put('task', ['c', 'f'.repeat(32)], aTaskRecord({ startedBy: 'ecs-svc/1' }));
    const wanted = [...expected('RUNNING', (k) => k.deployment === '1'), 'f'.repeat(32)];
    expect(await pages({ startedBy: 'ecs-svc/1' })).to.deep.equal(wanted);
  });
});
