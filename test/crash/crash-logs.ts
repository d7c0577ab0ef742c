import { singleBatch } from '../../src/protocol/records/index.ts';
import { type LogWorld, record } from '../unit/broker/log/log-world.ts';
import { type MemoryFileSystem } from '../unit/broker/log/memory-filesystem.ts';
import { checkIndexFiles, checkLog, Violation } from './check-log.ts';
import { type Recorder } from './recorder.ts';
import { type Check, partitionDirectories } from './simulate.ts';

/** A start leaves no partition in two places. */
function checkPlaces(disk: MemoryFileSystem): void {
  const names = partitionDirectories(disk).map((path) => path.slice(path.lastIndexOf('/') + 1));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Violation(`${twice} lie in two directories`);
}

/** Moves that were promised before the crash. */
async function finishMoves(world: LogWorld): Promise<void> {
  const promised = [...world.manager.futures()];
  if (promised.length === 0) return;
  world.manager.start();
  for (let turn = 0; turn < 300 && [...world.manager.futures()].length > 0; turn++) {
    await new Promise((go) => setImmediate(go));
  }
  for (const { topic, partition, logDir } of promised) {
    const found = world.log(topic, partition).logDir;
    if (found !== logDir) throw new Violation(`${topic}-${partition} is in ${found}, not yet in ${logDir}`);
  }
}

/** Opens the logs of a workload on what a crash left, checks them, and goes on: append, clean stop, start. */
export function logCheck(recorder: Recorder): Check {
  return async (disk, crash, deep) => {
    const world = await recorder.reopen(disk);
    if (world.manager.offlineLogDirs.length > 0) throw new Violation(`offline: ${world.lines.at(-1)}`);
    checkPlaces(disk);
    const ends = new Map<string, bigint>();
    for (const history of recorder.histories.values()) {
      const log = world.manager.get(history.topic, history.partition);
      const promised = crash.isKill ? history.acknowledgedEnd(crash.changes) : history.flushedEnd(crash.changes);
      if (log === undefined) {
        if (promised > 0n) throw new Violation(`${history.name} is gone, ${promised} records were promised`);
        continue;
      }
      checkLog(log, history, crash);
      ends.set(history.name, log.logEndOffset);
    }
    if (!deep) return;
    await finishMoves(world);
    for (const history of recorder.histories.values()) {
      const log = world.manager.get(history.topic, history.partition);
      if (log !== undefined) checkLog(log, history, crash);
    }
    for (const [name, end] of ends) {
      const { topic, partition } = recorder.histories.get(name) as { topic: string; partition: number };
      const result = world
        .log(topic, partition)
        .appendAsLeader(singleBatch([record('plain after', 'after')]), { leaderEpoch: 1000, origin: 'client' });
      if (result.error !== 'NONE' || result.baseOffset !== end) throw new Violation(`${name} does not go on at ${end}`);
    }
    await world.manager.close();
    for (const directory of partitionDirectories(disk)) checkIndexFiles(disk, directory);
    const again = await recorder.reopen(disk);
    for (const [name, end] of ends) {
      const { topic, partition } = recorder.histories.get(name) as { topic: string; partition: number };
      const found = again.log(topic, partition).logEndOffset;
      if (found !== end + 1n) throw new Violation(`${name} ends at ${found} after a clean stop at ${end + 1n}`);
    }
  };
}
