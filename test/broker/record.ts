// Writes test/fixtures/broker/*.json from a running Apache Kafka: node test/broker/record.ts PORT
import { writeFileSync } from 'node:fs';
import { Exchange } from './scenarios/exchange.ts';
import { scenarios } from './scenarios/index.ts';

const port = Number(process.argv[2]);
for (const [name, scenario] of Object.entries(scenarios)) {
  const exchange = await Exchange.open(port);
  await scenario(exchange);
  exchange.close();
  const directory = process.argv[3] ?? new URL('../fixtures/broker', import.meta.url).pathname;
  const lines = exchange.recorded.map(([step, answer]) => JSON.stringify([step, answer]));
  writeFileSync(`${directory}/${name}.json`, `[\n${lines.join(',\n')}\n]\n`);
}
