import { BrokerLoggers } from '../../../../src/broker/cluster/broker-loggers.ts';
import { brokerLogger } from '../../../../src/broker/logging.ts';
import { AlterConfigOperation } from '../../../../src/protocol/enums.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { LogLevels } from '../../../../src/util/log-levels.ts';

// KIP-412
describe('levels of loggers', () => {
  const lines: string[] = [];
  const levels = new LogLevels('WARN');
  const loggers = new BrokerLoggers(levels);
  const root = brokerLogger({
    write: (text) => lines.push(text),
    clock: new ManualClock(),
    threshold: 'TRACE',
    levels,
  });
  const net = root.named('klamm.net');
  const set = (name: string, value: string) =>
    loggers.alter([{ name, operation: AlterConfigOperation.SET, value }], false);
  const written = () => lines.splice(0).map((line) => line.replace(/^\[.*?\] (.*)\n$/, '$1'));

  it('decide at once what the rooms behind them write', () => {
    expect(loggers.levelOf('kafka.network.SocketServer')).toBe('WARN');
    net.log('INFO', 'before');
    set('kafka.network.SocketServer', 'DEBUG');
    net.log('DEBUG', 'a');
    root.log('INFO', 'other');
    set('root', 'INFO');
    root.log('INFO', 'b');
    expect(written()).toEqual(['DEBUG a (klamm.net)', 'INFO b (klamm.broker)']);
    loggers.alter([{ name: 'kafka.network.SocketServer', operation: AlterConfigOperation.DELETE, value: null }], false);
    net.log('DEBUG', 'c');
    net.log('INFO', 'd');
    expect(written()).toEqual(['INFO d (klamm.net)']);
  });

  it('FATAL silences', () => {
    set('kafka.network.SocketServer', 'FATAL');
    net.log('ERROR', 'unseen');
    expect(written()).toEqual([]);
    expect(loggers.levels().get('kafka.network.SocketServer')).toBe('FATAL');
  });
});
