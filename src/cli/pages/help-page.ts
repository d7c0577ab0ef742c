import { type Interfaces } from '@oclif/core';
import { CommandHelp } from '@oclif/core/help';
import { type Option, type OptionTable } from '../options/option.ts';
import { type ToolCommand } from '../tool-command.ts';

/** klamm's help page of one command, laid out by oclif. Loaded only when asked for. */
export function helpPage(command: typeof ToolCommand, config: Interfaces.Config, hasColour: boolean): string {
  const table: OptionTable = { ...command.flags, ...command.baseFlags };
  const flags = Object.fromEntries(Object.entries(table).map(([name, option]) => [name, shown(name, option)]));
  const usage = command.usage ?? '<%= command.id %> [OPTIONS]';
  const loadable = { ...command, id: command.id, summary: command.summary, examples: command.examples, usage, flags };
  const help = new CommandHelp(loadable as never, config, { maxWidth: 100, stripAnsi: !hasColour });
  return `${help.generate()}\n`;
}

/** oclif knows every option as one that repeats (see option.ts) and none with a default: a reader should not. */
function shown(name: string, option: Option): object {
  const { kafka } = option;
  return { ...option, name, multiple: false, default: kafka.default === undefined ? undefined : String(kafka.default) };
}
