import { ComposedStatements, statement } from './statement';

describe('statements', () => {
  it('have one text a name, so that no connection runs another one’s plan', () => {
    statement('spec.one', 'SELECT 1');
    expect(statement('spec.one', 'SELECT 1')).toEqual({ name: 'spec.one', text: 'SELECT 1' });
    expect(() => statement('spec.one', 'SELECT 2')).toThrow('Two statements are called spec.one.');
  });

  it('that are composed are named by their text, within what PostgreSQL keeps of a name', () => {
    const composed = new ComposedStatements();
    const { name } = composed.of('SELECT 3');
    expect(composed.of('SELECT 3').name).toBe(name);
    expect(composed.of('SELECT 4').name).not.toBe(name);
    expect(name.length).toBeLessThan(64);
  });

  it('go unnamed past a few hundred shapes, rather than fill every backend’s memory', () => {
    const composed = new ComposedStatements();
    for (let i = 0; i < 500; i++) composed.of(`SELECT ${i} AS n`);
    expect(composed.of('SELECT 501 AS n')).toEqual({ name: '', text: 'SELECT 501 AS n' });
    expect(composed.of('SELECT 0 AS n').name).not.toBe('');
  });
});
