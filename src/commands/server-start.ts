import { homedir } from 'node:os';
import { join } from 'node:path';
import { differs, type Face, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  RunningServers,
  runServer,
  serverLogger,
  serverProperties,
  startDaemon,
  userDirectories,
} from '../tools/server/index.ts';
import { systemClock } from '../util/clock.ts';
import { type JavaError } from '../util/java-error.ts';
import { logLines } from '../util/log-lines.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { UsageError } from '../util/usage-error.ts';

const USAGE = 'USAGE: java [options] kafka.Kafka server.properties [--override property=value]*';
const DAEMON = '-daemon';

export default class ServerStart extends ToolCommand {
  static override summary = 'Run a broker as a server.properties says';
  static override tool = {
    name: 'kafka-server-start',
    help: USAGE,
    noArguments: USAGE,
    listsHelp: false,
    optionErrors: 'failure' as const,
    takesWords: true,
    stopsGracefully: true,
  };
  static override flags = {
    override: option.string({
      help: 'A property=value that counts more than what the file says; may be given several times.',
    }),
    daemon: option.flag({ help: 'Run in the background.', comfortOnly: true }),
  };
  private isDaemon = false;

  override async run(): Promise<number> {
    // As in Kafka's start script: the first word alone, before the options are looked at.
    this.isDaemon = this.argv[0] === DAEMON;
    if (this.isDaemon) this.argv.shift();
    // Kafka reads the file before it looks at the options behind it.
    const [file = '-', ...options] = this.argv;
    const isAsked = options.includes('--help') || options.includes('--version');
    if (options.length > 0 && !file.startsWith('-') && !isAsked) serverProperties(file, []);
    return super.run();
  }

  override async execute({ options, context, face }: ToolRun<typeof ServerStart.flags>) {
    const [file, ...strays] = options.words;
    if (file === undefined) throw new UsageError(USAGE);
    const properties = serverProperties(file, options.values('override'));
    if (strays.length > 0) throw new UsageError(`Found non argument parameters: ${strays.join(',')}`);
    const directories = userDirectories(process.env, homedir(), process.getuid?.() ?? 0);
    const running = new RunningServers(directories.runtime);
    if (this.isDaemon || options.has('daemon')) {
      const nodeId = properties.get('node.id') ?? properties.get('broker.id') ?? '';
      const logDirectory = process.env.LOG_DIR || join(directories.state, `node-${nodeId}`);
      const logFile = properties.has('klamm.log.file') ? [] : [`klamm.log.file=${join(logDirectory, 'server.log')}`];
      return this.runInBackground(logDirectory, logFile, running, context, face);
    }
    const logger = serverLogger({
      properties,
      stream: context.stdout,
      clock: context.clock,
      environmentLevel: process.env.KLAMM_LOG_LEVEL,
      defaultLevel: 'INFO',
      streamLevelBesideFile: differs('serverOutputBesideLogFile', face.name),
    });
    const call = { properties, formatsDirectories: false, pid: process.pid, running, logger };
    return (await runServer(call, context)) ? 0 : 1;
  }

  /** As Kafka's log tells it. */
  override failed(error: JavaError, face: Face): number {
    const write = (lines: string) => face.out(lines);
    const log = logLines({ write, now: () => systemClock.now(), threshold: 'ERROR', name: 'kafka.Kafka$' });
    log.log('ERROR', 'Exiting Kafka due to fatal exception', error);
    return 1;
  }

  private async runInBackground(
    logDirectory: string,
    overrides: readonly string[],
    running: RunningServers,
    context: ToolContext,
    face: Face,
  ) {
    const isOwnWord = (word: string) => word !== DAEMON && word !== `-${DAEMON}`;
    const words = process.argv.slice(1).filter(isOwnWord);
    const more = overrides.flatMap((override) => ['--override', override]);
    const command = [process.execPath, ...process.execArgv, ...words, ...more];
    const outcome = await startDaemon({ command, logDirectory, running }, context);
    if (!outcome.isReady) {
      face.err(outcome.output);
      return 1;
    }
    if (face.name === 'comfort') {
      const { pid, host, port } = outcome.server;
      face.say(`The broker on ${host}:${port} runs as process ${pid}; it prints to ${outcome.outputFile}`);
    }
    return 0;
  }
}
