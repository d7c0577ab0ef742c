import { CommandTree } from './command-tree.ts';
import { type Option } from './options/option.ts';
import { type CompletedCommand } from './pages/completion-script.ts';
import { completedValues } from './pages/completion-values.ts';
import { COMFORT_OPTIONS, type ToolCommand } from './tool-command.ts';

export interface CommandSummary {
  readonly command: string;
  readonly original: string | undefined;
  readonly summary: string;
}

/** Every command of the tree, for what speaks about all of them. */
export class CommandList {
  readonly classes: readonly (typeof ToolCommand)[];

  constructor(classes: readonly (typeof ToolCommand)[]) {
    this.classes = classes;
  }

  list(): CommandSummary[] {
    return this.classes.map(({ id, tool, summary = '' }) => ({ command: id, original: tool.name, summary }));
  }

  /** Two columns: name and what it does. */
  overview(list: readonly CommandSummary[]): string {
    const width = Math.max(...list.map(({ command }) => command.length)) + 2;
    const rows = (wanted: boolean): string =>
      list
        .filter(({ original }) => (original !== undefined) === wanted)
        .map(({ command, summary }) => `  ${command.padEnd(width)}${summary}\n`)
        .join('');
    return (
      'klamm: the tools of Apache Kafka, and a broker, without a JVM\n\nUsage: klamm COMMAND [OPTIONS]\n\n' +
      `${rows(false)}\nTools of Kafka, each also as kafka-NAME and kafka-NAME.sh with exactly the original's behaviour:\n${rows(true)}\n` +
      'klamm COMMAND --help shows the options of a command.\n'
    );
  }

  completions(): CompletedCommand[] {
    return this.classes.map(({ id, tool, flags, summary = '' }) => ({
      name: id,
      original: tool.name,
      summary,
      subcommands: Object.keys(tool.subcommands ?? {}),
      options: optionsOf(id, flags),
      ownOptions: optionsOf(id, COMFORT_OPTIONS),
    }));
  }
}

function optionsOf(command: string, table: Readonly<Record<string, Option>>): CompletedCommand['options'] {
  return Object.entries(table).map(([name, { kafka }]) => ({
    name,
    help: kafka.help.split('\n')[0]!,
    takesValue: kafka.arity !== 'none',
    values: kafka.choices ?? kafka.type.words ?? completedValues(command, name),
  }));
}

/** Loads every command class. `config` is what oclif handed to the command. */
export async function allCommands(config: object): Promise<CommandList> {
  const tree = CommandTree.of(config);
  return new CommandList((await tree.loadAll()) as unknown as (typeof ToolCommand)[]);
}
