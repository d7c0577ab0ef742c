import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { keyValues } from '../tools/property-sources.ts';
import {
  controllerPortBeside,
  localBrokerProperties,
  RunningServers,
  runServer,
  serverLogger,
  userDirectories,
} from '../tools/server/index.ts';
import { UsageError } from '../util/usage-error.ts';

export default class Start extends ToolCommand {
  static override summary = 'Run a broker on this machine, ready to use';
  static override tool = { stopsGracefully: true };
  static override flags = {
    port: option.int({ argument: 'port', default: 9092, help: 'Port for clients; 0 takes a free one.' }),
    host: option.string({ argument: 'host', default: 'localhost', help: 'Address to listen on; 0.0.0.0 for all.' }),
    'data-dir': option.string({
      argument: 'directory',
      help: 'Where topics are kept; formatted when it is new. Default: a directory of yours that is kept for ever.',
    }),
    ephemeral: option.flag({ help: 'Keep topics in a temporary directory that is removed at the end.' }),
    'metrics-port': option.int({
      argument: 'port',
      help: 'Serve /metrics for Prometheus and /healthz on this port of localhost; 0 takes a free one.',
    }),
    'log-file': option.string({ argument: 'file', help: 'Keep a log in this file, which is rolled at 100 MiB.' }),
    override: option.string({
      argument: 'property=value',
      help: 'A property of the broker as Kafka names it; may be given several times.',
    }),
  };

  override async execute({ options, context, face }: ToolRun<typeof Start.flags>) {
    if (options.words.length > 0) {
      throw new UsageError(`a server.properties is for klamm server-start (${options.words[0]})`);
    }
    const isEphemeral = options.has('ephemeral');
    if (isEphemeral && options.has('data-dir')) throw new UsageError('--ephemeral and --data-dir exclude each other');
    const directories = userDirectories(process.env, homedir(), process.getuid?.() ?? 0);
    const dataDirectory = isEphemeral
      ? mkdtempSync(join(tmpdir(), 'klamm-'))
      : resolve(options.value('data-dir') ?? join(directories.data, 'data'));
    const host = options.value('host');
    const overrides = keyValues(options.values('override'));
    const metricsPort = options.value('metrics-port');
    if (metricsPort !== undefined) overrides.set('klamm.metrics.port', String(metricsPort));
    const logFile = options.value('log-file');
    if (logFile !== undefined) overrides.set('klamm.log.file', resolve(logFile));
    const port = options.value('port');
    const controllerPort = await controllerPortBeside(port);
    const properties = localBrokerProperties({ host, port, controllerPort, dataDirectory, overrides });
    try {
      const isClean = await runServer(
        {
          properties,
          formatsDirectories: true,
          pid: process.pid,
          running: new RunningServers(directories.runtime),
          logger: serverLogger({
            properties,
            stream: context.stderr,
            clock: context.clock,
            environmentLevel: process.env.KLAMM_LOG_LEVEL,
            defaultLevel: 'WARN',
            streamLevelBesideFile: 'WARN',
          }),
          onReady: ({ host: name, port }) =>
            void face.print(
              { host: name, port, dataDirectory, pid: process.pid },
              {
                text: () =>
                  `Broker ready on ${name}:${port}, data in ${dataDirectory}. Next: klamm topics --bootstrap-server ` +
                  `${name}:${port} --create --topic first (Ctrl-C here stops it)\n`,
              },
            ),
        },
        context,
      );
      return isClean ? 0 : 1;
    } finally {
      if (isEphemeral) rmSync(dataDirectory, { recursive: true, force: true });
    }
  }
}
