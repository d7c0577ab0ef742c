// Owns: argv and options (options/), help, manual and completion (pages/), the two faces, failures, prompts and tables (face/),
// logs on stderr, signals and the exit status.
// In: the name a program was called by, its argv, the folder of command classes.
// Out: bytes on stdout and stderr, one exit status.
/**
 * How to write a command
 * ======================
 * A tool is one class in `src/commands/NAME.ts`, its default export; NAME is the command id, `kafka-NAME` the original. The class
 * declares, reads and prints; the work is done by an action in `src/tools`, which knows nothing of options or faces.
 *
 *     import { type Face, type JavaError, option, refuseTogether, ToolCommand, type ToolFacts, type ToolRun } from '../cli/index.ts';
 *     import { listGroups } from '../tools/list-groups.ts';
 *
 *     export default class Groups extends ToolCommand {
 *       static override summary = 'List the groups of a cluster';                       // own words; klamm help, man page
 *       static override tool: ToolFacts = {
 *         name: 'kafka-groups',                     // absent: klamm alone has it, no kafka-* launcher is made
 *         help: 'This tool helps to ...',           // the line above the options on --help, as the original prints it
 *         noArguments: 'This tool helps to ...',    // the same for a call without any argument; leave out if that is a normal call
 *         optionErrors: 'usage',                    // unknown options etc.: sentence and list; 'failure': goes to failed()
 *       };
 *       static override flags = {
 *         'bootstrap-server': option.string({ argument: 'server to connect to', help: 'Own words.' }),
 *         timeout: option.long({ argument: 'ms', default: 30000n, help: '...' }),       // value(): bigint, default shown in help
 *         topic: option.string({ argument: 'topic', help: '...' }),                     // repeatable options are just read by values()
 *         state: option.string({ argument: 'states', valueOptional: true, help: '...' }),
 *         list: option.flag({ help: '...' }),
 *       };
 *
 *       override async execute({ options, context, face, require }: ToolRun<typeof Groups.flags>) {
 *         await require('bootstrap-server');        // Missing required argument "[bootstrap-server]"; klamm on a terminal asks
 *         refuseTogether(options, 'list', 'topic'); // Option "[list]" can't be used with option "[topic]"
 *         const groups = await listGroups({ bootstrapServers: options.value('bootstrap-server')!, ... }, context);
 *         await face.print(groups, {
 *           text: (all) => all.map((one) => `${one.groupId}\n`).join(''),               // the original's bytes
 *           table: (all) => ({ head: ['GROUP'], rows: all.map((one) => [one.groupId]) }),
 *         });                                       // --output json prints the value itself, or view.json(value)
 *         return 0;                                 // exit status; face.status(0, true): Kafka says 0, but it is a failure
 *       }
 *
 *       // How the original tells a failure under its own name, when it does not simply leave main:
 *       override failed(error: JavaError, face: Face): number {
 *         face.out(`Error while executing topic command : ${error.message}\n`);
 *         return 1;
 *       }
 *     }
 *
 * Reading options: `has(name)`, `value(name)`, `values(name)`, `raw(name)` (texts). A value that is not of its type and an option given
 * twice are found by `value`, not before: read in the order in which the original reads. A flag given by `--opt=value` loses the value.
 * Failures: throw UsageError (sentence, then the options), JavaError (what Java would throw), KafkaError (a code of the cluster);
 * nothing is printed by hand and nobody calls process.exit. `face.say` prints a sentence, `face.warn(text, 'stdout'|'stderr')` a notice on
 * the original's stream, `face.out`/`err` exact bytes. Streams of records go to `context.stdout` directly.
 * Signals: `context.signal` is aborted; a command with `tool.stopsGracefully` is awaited, any other ends at once (130, 143).
 * Subcommand tools set `tool.rules: 'argparse'`, see ToolFacts.
 * Launchers, manual pages and the list of programs in package.json are made from the classes: `npm run generate`, then
 * `npm run test:unit -- test/unit/cli/generated -u` for the snapshots of options and help.
 */

export { JavaError } from '../util/java-error.ts';
export type { ToolContext } from '../util/tool-context.ts';
export { UsageError } from '../util/usage-error.ts';
export { allCommands } from './command-list.ts';
export type { CommandSource } from './command-tree.ts';
export { Face, type OutputForm, type Table, type View } from './face/face.ts';
export { differs, FACE_DIFFERENCES, type FaceName } from './face/face-differences.ts';
export { asJavaError, asUsageError } from './face/failure.ts';
export { groupCommandFailed } from './face/group-command-failed.ts';
export { messageAndTrace } from './face/java-main.ts';
export { javaTable } from './face/java-table.ts';
export { bytesToJson } from './face/json-output.ts';
export { clusterAddress } from './options/cluster-address.ts';
export { type Option, type OptionTable, option } from './options/option.ts';
export { OptionError } from './options/option-error.ts';
export { checkBootstrapServers, refuseCombination, refuseTogether, refuseUnavailable } from './options/option-rules.ts';
export { Options } from './options/options.ts';
export {
  ADMIN_CONFIG_FILE,
  BOOTSTRAP_SERVER,
  CONSOLE_CONSUMER_OPTIONS,
  GROUP_OPTIONS,
  VERIFIABLE_CONNECTION,
  VERIFIABLE_CONSUMER_OPTIONS,
} from './options/shared-options.ts';
export { choiceType, type ValueType } from './options/value-types.ts';
export { completionScript, isShell } from './pages/completion-script.ts';
export { type ProgramCall, programCall } from './program-call.ts';
export { type CommandCall, runCommand } from './run-command.ts';
export { ToolCommand, type ToolRun } from './tool-command.ts';
export type { ToolFacts } from './tool-facts.ts';
export { KAFKA_COMMIT, KAFKA_VERSION, KLAMM_VERSION } from './version.ts';
