export interface CompletedCommand {
  readonly name: string;
  readonly original: string | undefined;
  readonly summary: string;
  readonly subcommands: readonly string[];
  readonly options: readonly CompletedOption[];
  /** Options that exist under klamm alone. */
  readonly ownOptions: readonly CompletedOption[];
}

export interface CompletedOption {
  readonly name: string;
  readonly help: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

const SCRIPTS = { bash, zsh, fish };
export type Shell = keyof typeof SCRIPTS;

export function isShell(word: string): word is Shell {
  return Object.hasOwn(SCRIPTS, word);
}

/** A script for the shell to source: commands, their options, the few values that are known beforehand, else file names. */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  return SCRIPTS[shell](commands);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const flagsOf = (options: readonly CompletedOption[]): string => options.map(({ name }) => `--${name}`).join(' ');

function bash(commands: readonly CompletedCommand[]): string {
  const words = commands
    .map(
      ({ name, options, subcommands }) =>
        `    ${name}) words=${quoted([...subcommands, flagsOf(options)].join(' ').trim())} ;;\n`,
    )
    .join('');
  const values = [
    ...new Set(
      commands
        .flatMap(({ options, ownOptions }) => [...options, ...ownOptions])
        .filter(({ choices }) => choices.length > 0)
        .map(
          ({ name, choices }) =>
            `    --${name}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$cur")); return ;;\n`,
        ),
    ),
  ].join('');
  const valued = [
    ...new Set(
      commands.flatMap(({ options }) =>
        options.filter(({ takesValue, choices }) => takesValue && choices.length === 0).map(({ name }) => `--${name}`),
      ),
    ),
  ];
  const originals = commands.flatMap(({ original }) => (original === undefined ? [] : [original, `${original}.sh`]));
  return `# bash completion for klamm: source <(klamm completion bash)
_klamm() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[0]##*/} own= words=
  COMPREPLY=()
  command=\${command%.sh}
  if [ "$command" = klamm ]; then
    own='--output --help --version'
    command=\${COMP_WORDS[1]}
    if [ "$COMP_CWORD" -eq 1 ]; then
      COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$cur"))
      return
    fi
  fi
  case $prev in
${values}    ${valued.join('|') || '--'}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  case \${command#kafka-} in
${words}  esac
  COMPREPLY=($(compgen -W "$words $own --help --version" -- "$cur"))
}
complete -o default -F _klamm klamm ${originals.join(' ')}
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const describe = ({ name, help, takesValue, choices }: CompletedOption): string => {
    const action = choices.length > 0 ? `(${choices.join(' ')})` : '_files';
    const text = `*--${name}[${help.replace(/[[\]:\\]/g, '\\$&')}]${takesValue ? `:${name.replaceAll(':', '')}:${action}` : ''}`;
    return quoted(text);
  };
  const cases = commands
    .map(({ name, options, ownOptions, subcommands }) => {
      const own = [...options, ...ownOptions].map((one) => `      ${describe(one)}`);
      if (subcommands.length > 0) own.push(`      '1:subcommand:(${subcommands.join(' ')})'`);
      return `    ${name}) _arguments -S \\\n${own.join(' \\\n')} ;;\n`;
    })
    .join('');
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join('');
  const originals = commands.flatMap(({ original }) => (original === undefined ? [] : [original, `${original}.sh`]));
  return `#compdef klamm ${originals.join(' ')}
# zsh completion for klamm: source <(klamm completion zsh)
_klamm() {
  local command=\${service%.sh}
  if [[ $command == klamm ]]; then
    if (( CURRENT == 2 )); then
      local -a commands=(
${list}      )
      _describe command commands
      return
    fi
    command=\${words[2]}
    shift words
    (( CURRENT-- ))
  fi
  case \${command#kafka-} in
${cases}  esac
}
compdef _klamm klamm ${originals.join(' ')}
`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.map(
    ({ name, summary }) => `complete -c klamm -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  );
  for (const { name, original, options, ownOptions, subcommands } of commands) {
    const programs = original === undefined ? [] : [original, `${original}.sh`];
    const targets = [
      `-c klamm -n '__fish_seen_subcommand_from ${name}'`,
      ...programs.map((program) => `-c ${program}`),
    ];
    for (const [at, target] of targets.entries()) {
      if (subcommands.length > 0) lines.push(`complete ${target} -f -a ${quoted(subcommands.join(' '))}`);
      for (const one of at === 0 ? [...options, ...ownOptions] : options) {
        const values = one.choices.length > 0 ? ` -x -a ${quoted(one.choices.join(' '))}` : one.takesValue ? ' -r' : '';
        lines.push(`complete ${target} -l ${one.name}${values} -d ${quoted(one.help)}`);
      }
    }
  }
  return `# fish completion for klamm: klamm completion fish | source\n${lines.join('\n')}\n`;
}
