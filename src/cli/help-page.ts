import { type Interfaces } from '@oclif/core';
import { CommandHelp } from '@oclif/core/help';
import { type ToolCommand } from './tool-command.ts';

/** klamm's help page of one command, laid out by oclif. Loaded only when asked for. */
export function helpPage(command: typeof ToolCommand, config: Interfaces.Config, hasColour: boolean): string {
  const loadable = { ...command, id: command.id, flags: { ...command.baseFlags, ...command.flags } };
  const help = new CommandHelp(loadable as never, config, { maxWidth: 100, stripAnsi: !hasColour });
  return `${help.generate()}\n`;
}
