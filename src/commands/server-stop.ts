import { homedir } from 'node:os';
import { differs, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  chooseServers,
  configuredLogDirs,
  RunningServers,
  stopServers,
  userDirectories,
} from '../tools/server-stop.ts';

const STOP_TIMEOUT_MS = 120_000;

export default class ServerStop extends ToolCommand {
  static override summary = 'Stop a broker that runs on this machine';
  static override tool = {
    name: 'kafka-server-stop',
    help: 'Stops the server of a server.properties, or all that run.',
    optionErrors: 'usage' as const,
    takesWords: true,
  };
  static override flags = {
    'process-role': option.string({ argument: 'role', help: 'Only servers with this role: broker or controller.' }),
    'node-id': option.int({ argument: 'id', help: 'Only the server of this node.' }),
    pid: option.int({ argument: 'process id', help: 'Only this process.', comfortOnly: true }),
  };

  override async execute({ options, context, face }: ToolRun<typeof ServerStop.flags>) {
    const [file] = options.words;
    const directories = userDirectories(process.env, homedir(), process.getuid?.() ?? 0);
    const running = new RunningServers(directories.runtime);
    const choice = {
      logDirs: file === undefined ? undefined : configuredLogDirs(file),
      nodeId: options.value('node-id'),
      processRole: options.value('process-role'),
      pid: options.value('pid'),
    };
    const chosen = chooseServers(running.all(), choice);
    if (chosen.length === 0) {
      face.say('No kafka server to stop');
      return 1;
    }
    const isNamed = Object.values(choice).some((one) => one !== undefined);
    if (chosen.length > 1 && !isNamed && !differs('stopsAllServers', face.name)) {
      const list = chosen.map(({ pid, nodeId, host, port }) => `  node ${nodeId} on ${host}:${port}, process ${pid}\n`);
      face.err(`Several servers run; say which one by its server.properties or by --node-id:\n${list.join('')}`);
      return 1;
    }
    const kill = (pid: number) => process.kill(pid, 'SIGTERM');
    const left = await stopServers(chosen, { kill, timeoutMs: STOP_TIMEOUT_MS }, context);
    for (const { pid } of left) face.err(`Process ${pid} has not stopped within ${STOP_TIMEOUT_MS / 1000} s\n`);
    return left.length === 0 ? 0 : 1;
  }
}
