import { type ParsedArgv } from './jopt-argv.ts';
import { type OptionTable } from './option.ts';
import { type ToolFacts } from './tool-facts.ts';

export function parseArgparseArgv(_table: OptionTable, _argv: readonly string[], _facts: ToolFacts): ParsedArgv {
  throw new Error('to be written');
}
