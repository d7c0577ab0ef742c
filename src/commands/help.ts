import { allCommands, ToolCommand, type ToolRun } from '../cli/index.ts';

export default class Help extends ToolCommand {
  static override summary = 'List the commands, or show the help of one';
  static override usage = 'help [COMMAND]';
  static override tool = {};

  /** With the name of a command, `klamm help` never gets here: it is that command's --help. */
  override async execute({ face }: ToolRun): Promise<number> {
    const commands = await allCommands(this.config);
    await face.print(commands.list(), { text: (list) => commands.overview(list) });
    return 0;
  }
}
