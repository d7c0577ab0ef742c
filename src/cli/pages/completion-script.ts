import { type CompletedValues } from './completion-values.ts';

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
  /** Empty: file names. */
  readonly values: CompletedValues;
}

const SCRIPTS = { bash, zsh, fish };
export type Shell = keyof typeof SCRIPTS;

export function isShell(word: string): word is Shell {
  return Object.hasOwn(SCRIPTS, word);
}

/**
 * A script for the shell to source: commands, their options, values that are known beforehand, and names of topics and groups, for which
 * it calls `klamm completion topics -- WORDS`, with the words before the cursor. Elsewhere the shell offers file names.
 */
export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  return SCRIPTS[shell](commands);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const flagsOf = (options: readonly CompletedOption[]): string => options.map(({ name }) => `--${name}`).join(' ');
const isLive = (values: CompletedValues): values is Extract<CompletedValues, string> => typeof values === 'string';

/** The names of all programs but klamm. */
function programsOf(commands: readonly CompletedCommand[]): string {
  return commands.flatMap(({ original }) => (original === undefined ? [] : [original, `${original}.sh`])).join(' ');
}

function bash(commands: readonly CompletedCommand[]): string {
  const arms = commands
    .map(({ name, options, ownOptions, subcommands }) => {
      const valued = [...options, ...ownOptions].filter(({ takesValue }) => takesValue);
      const arm = (of: readonly CompletedOption[], act: string): string =>
        of.length === 0 ? '' : `        ${of.map((one) => `--${one.name}`).join('|')}) ${act} ;;\n`;
      const known = valued.filter(({ values }) => values.length > 0);
      const cases = [
        ...known.map((one) =>
          arm([one], isLive(one.values) ? `live=${one.values}` : `values=${quoted(one.values.join('\n'))}`),
        ),
        arm(
          valued.filter(({ values }) => values.length === 0),
          'return',
        ),
      ].join('');
      const words = quoted([...subcommands, flagsOf(options)].join(' ').trim());
      return `    ${name}) words=${words}\n${cases === '' ? '' : `      case $option in\n${cases}      esac\n`}      ;;\n`;
    })
    .join('');
  return `# bash completion for klamm: source <(klamm completion bash)
_klamm() {
  local line=\${COMP_LINE:0:COMP_POINT} klamm=klamm own= words= values= live= lead= name
  local -a typed
  COMPREPLY=()
  # Not COMP_WORDS: bash breaks words at = and :, so that host:port and --topic=name would be in pieces.
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] && typed+=('')
  local last=$(( \${#typed[@]} - 1 ))
  local word=\${typed[last]} command=\${typed[0]##*/}
  [[ \${typed[0]} == */* ]] && klamm=\${typed[0]/#\\~/$HOME} klamm=\${klamm%/*}/klamm
  command=\${command%.sh}
  if [ "$command" = klamm ]; then
    own='--output'
    command=\${typed[1]}
    if [ "$last" -eq 1 ]; then
      COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$word"))
      return
    fi
  fi
  local option=\${typed[last-1]} value=$word
  if [[ $word == -*=* ]]; then
    option=\${word%%=*} value=\${word#*=} lead=$option=
  elif [[ $option != -* || $option == *=* || $word == -* ]]; then
    option=
  fi
  # One dash is as good as two.
  option=\${option#-} option=--\${option#-}
  case \${command#kafka-} in
${arms}  esac
  if [ -z "$live$values" ]; then
    COMPREPLY=($(compgen -W "$words $own --help --version" -- "$word"))
    return
  fi
  if [ -n "$live" ]; then
    values=$("$klamm" completion "$live" -- "\${typed[@]:0:last}" 2>/dev/null </dev/null)
    [[ $value == *,* ]] && lead+=\${value%,*}, value=\${value##*,}
  fi
  # What stands before the last = or : of the word is already there for bash.
  local there=\${word%"\${word##*[=:]}"}
  [[ $word == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]] || there=
  # Names come from a cluster: they are never expanded.
  while IFS= read -r name; do
    [[ -n $name && $name == "$value"* ]] || continue
    name=$lead$name
    COMPREPLY+=("\${name#"$there"}")
    [[ $name == *= ]] && compopt -o nospace 2>/dev/null
  done <<<"$values"
}
complete -o default -F _klamm klamm ${programsOf(commands)}
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
  const describe = ({ name, help, takesValue, values }: CompletedOption): string => {
    const words = isLive(values) ? ` _klamm_live ${values}` : `(${values.map(escaped).join(' ')})`;
    const value = takesValue ? `:${escaped(name)}:${values.length > 0 ? words : '_files'}` : '';
    return quoted(`*--${name}${takesValue ? '=' : ''}[${escaped(help)}]${value}`);
  };
  const cases = commands
    .map(({ name, options, ownOptions, subcommands }) => {
      const own = [...options, ...ownOptions].map((one) => `      ${describe(one)}`);
      if (subcommands.length > 0) own.push(`      '1:subcommand:(${subcommands.join(' ')})'`);
      return `    ${name}) _arguments -S \\\n${own.join(' \\\n')} ;;\n`;
    })
    .join('');
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join('');
  const programs = programsOf(commands);
  return `#compdef klamm ${programs}
# zsh completion for klamm: source <(klamm completion zsh)
_klamm_live() {
  local -a names
  names=(\${(f)"$("$klamm" completion $1 -- "\${(@)words[1,CURRENT-1]}" 2>/dev/null </dev/null)"})
  compset -P '*,'
  compadd -a names
}
_klamm() {
  local command=\${\${words[1]:t}%.sh} klamm=klamm
  [[ \${words[1]} == */* ]] && klamm=\${~words[1]:h}/klamm
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
compdef _klamm klamm ${programs}
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
      for (const { name: option, help, takesValue, values } of at === 0 ? [...options, ...ownOptions] : options) {
        const words = isLive(values) ? `(__klamm_live ${values})` : values.join(' ');
        const value = !takesValue ? '' : values.length > 0 ? ` -x -a ${quoted(words)}` : ' -r';
        lines.push(`complete ${target} -l ${option}${value} -d ${quoted(help)}`);
      }
    }
  }
  return `# fish completion for klamm: klamm completion fish | source
function __klamm_live
    set -l words (commandline -opc)
    set -l klamm klamm
    string match -q '*/*' -- $words[1]; and set klamm (string replace -r '[^/]*$' klamm -- $words[1])
    $klamm completion $argv[1] -- $words 2>/dev/null </dev/null
end
${lines.join('\n')}
`;
}
