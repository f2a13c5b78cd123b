import { composedStatement, statement } from './statement';

describe('statements', () => {
  it('have one text a name, so that no connection runs another one’s plan', () => {
    statement('spec.one', 'SELECT 1');
    expect(statement('spec.one', 'SELECT 1')).toEqual({ name: 'spec.one', text: 'SELECT 1' });
    expect(() => statement('spec.one', 'SELECT 2')).toThrow('Two statements are called spec.one.');
  });

  it('that are composed are named by their text, within what PostgreSQL keeps of a name', () => {
    const { name } = composedStatement('SELECT 3');
    expect(composedStatement('SELECT 3').name).toBe(name);
    expect(composedStatement('SELECT 4').name).not.toBe(name);
    expect(name.length).toBeLessThan(64);
  });

  it('go unnamed past a few hundred shapes, rather than fill every backend’s memory', () => {
    for (let i = 0; i < 500; i++) composedStatement(`SELECT ${i} AS n`);
    expect(composedStatement('SELECT 501 AS n')).toEqual({ name: '', text: 'SELECT 501 AS n' });
    expect(composedStatement('SELECT 0 AS n').name).not.toBe('');
  });
});
