/**
 * Columns as Kafka's tools on argparse lay them out: each as wide as its widest cell, a tab behind every cell.
 * Source: ToolsUtils.prettyPrintTable.
 */
export function javaTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, at) => Math.max(text.length, ...rows.map((row) => row[at]!.length)));
  return [head, ...rows].map((row) => `${row.map((text, at) => `${text.padEnd(widths[at]!)}\t`).join('')}\n`).join('');
}
