import { type OptionTable } from './option.ts';
import { type ToolFacts } from './tool-facts.ts';

export function argparseHelp(_facts: ToolFacts, _table: OptionTable, _subcommand: string): string {
  throw new Error('to be written');
}
