import { type CommandSummary } from '../command-list.ts';
import { type OptionFacts, type OptionTable } from '../options/option.ts';
import { type ToolCommand } from '../tool-command.ts';
import { KAFKA_VERSION, KLAMM_VERSION } from '../version.ts';

/** The manual page of one command, in man(7) macros: made from its class, as everything about it is. */
export function manPage(command: typeof ToolCommand): string {
  const { id, tool, summary = '', flags } = command;
  const name = tool.name ?? `klamm-${id}`;
  const synopsis = (program: string): string =>
    `.B ${roff(program)}${tool.subcommands ? '\n.I SUBCOMMAND' : ''}\n.RI [ OPTIONS ]`;
  const programs = tool.name === undefined ? [`klamm ${id}`] : [tool.name, `klamm ${id}`];
  return page(name, [
    ['NAME', `${roff(name)} \\- ${roff(summary)}`],
    ['SYNOPSIS', programs.map(synopsis).join('\n.br\n')],
    ['DESCRIPTION', paragraphs(command.description ?? summary) + faces(command)],
    ['SUBCOMMANDS', subcommands(command)],
    ['OPTIONS', options(flags, command)],
    ['EXIT STATUS', exitStatus(command)],
    ['SEE ALSO', name === 'klamm' ? '' : '.BR klamm (1)'],
  ]);
}

/** The manual page of the program itself. */
export function overviewPage(commands: readonly CommandSummary[]): string {
  const entries = (list: readonly CommandSummary[]): string =>
    list.map(({ command, original, summary }) => `.TP\n.B ${roff(original ?? command)}\n${roff(summary)}`).join('\n');
  return page('klamm', [
    ['NAME', 'klamm \\- the tools of Apache Kafka, and a broker, without a JVM'],
    ['SYNOPSIS', '.B klamm\n.I COMMAND\n.RI [ OPTIONS ]\n.br\n.BI kafka- COMMAND\n.RI [ OPTIONS ]'],
    [
      'DESCRIPTION',
      'Each tool of Kafka is there twice. Under its own name, and with\n.B .sh\nbehind it, it does exactly what the original does. As\n.BI klamm " COMMAND"\n' +
        'it takes the same options, draws tables and asks for what is missing on a terminal, prints JSON with\n.BR "\\-\\-output json" ,\n' +
        'sends warnings to standard error and always ends with a status other than 0 when it fails.',
    ],
    ['COMMANDS', entries(commands.filter(({ original }) => original === undefined))],
    ['TOOLS', entries(commands.filter(({ original }) => original !== undefined))],
    ['ENVIRONMENT', '.TP\n.B NO_COLOR\nWhen set, nothing is coloured.'],
  ]);
}

function page(name: string, sections: readonly (readonly [title: string, body: string])[]): string {
  const head = `.TH ${roff(name.toUpperCase())} 1 "" "klamm ${KLAMM_VERSION}" "Kafka ${KAFKA_VERSION}"\n`;
  const body = sections.filter(([, text]) => text !== '').map(([title, text]) => `.SH ${title}\n${text}\n`);
  return head + body.join('');
}

function faces({ tool, id }: typeof ToolCommand): string {
  if (tool.name === undefined) return '';
  return `\n.PP\n.B ${roff(tool.name)}\nbehaves exactly as in Apache Kafka ${KAFKA_VERSION};\n.B klamm ${roff(id)}\ntakes the same options and is made for people and for careful scripts, see\n.BR klamm (1).`;
}

function subcommands({ tool }: typeof ToolCommand): string {
  return Object.entries(tool.subcommands ?? {})
    .map(([name, { help }]) => `.TP\n.B ${roff(name)}\n${roff(help)}`)
    .join('\n');
}

function options(table: OptionTable, command: typeof ToolCommand): string {
  const isArgparse = command.tool.rules === 'argparse';
  const entries = Object.entries(table).map(([name, { kafka }]) => ({ name, text: optionEntry(name, kafka) }));
  const help = isArgparse ? '\\-h, \\-\\-help' : '\\-\\-help';
  entries.push({ name: 'help', text: `.TP\n.B ${help}\nShow the options.` });
  if (!isArgparse) entries.push({ name: 'version', text: '.TP\n.B \\-\\-version\nShow the version.' });
  entries.push({
    name: 'output',
    text: '.TP\n.BR \\-\\-output " json|table|text"\n(klamm only) How results are printed; without it a table on a terminal and text elsewhere.',
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.map(({ text }) => text).join('\n');
}

function optionEntry(name: string, facts: OptionFacts): string {
  const flags = [facts.short === undefined ? [] : [`\\-${facts.short}`], `\\-\\-${roff(name)}`].flat().join(', ');
  const value = (facts.argument ?? facts.type.javaName.toLowerCase()).replaceAll('"', "'");
  const shownValue = facts.arity === 'none' ? '' : ` " ${roff(facts.arity === 'optional' ? `[${value}]` : value)}"`;
  const scope = facts.of === undefined ? '' : `(${facts.of.join(', ')}) `;
  const byDefault = facts.default === undefined ? '' : ` (default: ${facts.default})`;
  return `.TP\n.BR "${flags}"${shownValue}\n${lines(scope + facts.help + byDefault)}`;
}

function exitStatus({ tool }: typeof ToolCommand): string {
  const honest = '0 on success, 1 on failure, 130 and 143 after SIGINT and SIGTERM.';
  if (tool.name === undefined) return honest;
  return `${honest} Under the name\n.B ${roff(tool.name)}\nthe statuses are those of the original, which at times reports 0 for a failure.`;
}

function paragraphs(text: string): string {
  return text
    .split('\n\n')
    .map((one) => lines(one))
    .join('\n.PP\n');
}

function lines(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => roff(line.trim()))
    .join('\n.br\n');
}

/** Backslashes, dashes that are typed, and what man(7) takes for a request at the start of a line. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
