import { aContainerRecord, aTaskRecord, codecOf, type TaskRecord } from '@longshore/model';
import { expect } from 'chai';

describe('records on the wire', () => {
  const codec = codecOf('TaskRecord');

  it('cost nothing for what is at its default, and read back the same', () => {
    const waiting = aTaskRecord();
    expect(codec.encode(waiting).byteLength).to.be.below(60);
    expect(codec.decode(codec.encode(waiting))).to.deep.equal(waiting);
  });

  it('keep a zero that is not the same as absent', () => {
    const record: TaskRecord = aTaskRecord({ containers: [aContainerRecord({ exitCode: 0 })] });
    expect(codec.decode(codec.encode(record)).containers[0]?.exitCode).to.equal(0);
  });
});
