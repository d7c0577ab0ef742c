// A broker in a process of its own, to be killed: node broker-process.ts LOG_DIR. Prints its port when it is ready.
import { startBroker } from '../../src/broker/daemon.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type NamedLogger } from '../../src/util/log-lines.ts';
import { testProperties } from './harness.ts';

const logger: NamedLogger = { log: () => undefined, named: () => logger };
const broker = await startBroker({
  properties: new Map(Object.entries(testProperties(process.argv[2] as string))),
  formatsDirectories: true,
  clock: systemClock,
  logger,
  pid: process.pid,
});
process.stdout.write(`${broker.port}\n`);
