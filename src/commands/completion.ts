import { allCommands, completionScript, isShell, ToolCommand, type ToolRun, UsageError } from '../cli/index.ts';

export default class Completion extends ToolCommand {
  static override summary = 'Print a script that completes command lines in bash, zsh or fish';
  static override tool = { takesWords: true };
  static override examples = [
    { description: 'bash, in ~/.bashrc', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'zsh, in ~/.zshrc', command: 'source <(<%= config.bin %> completion zsh)' },
    { description: 'fish', command: '<%= config.bin %> completion fish | source' },
  ];

  override async execute({ options, face }: ToolRun): Promise<number> {
    const [shell = ''] = options.words;
    if (!isShell(shell)) throw new UsageError('Say for which shell: bash, zsh or fish');
    const commands = await allCommands(this.config);
    face.out(completionScript(shell, commands.completions()));
    return 0;
  }
}
