import t from 'tap'
import { functionAround } from '../../../../client/cli/repl/whole-function.ts'

const whole = (file: string, name: string, line: number, text: string) => {
  const lines = text.split('\n')
  const window = { file, reference: null, line, first: 1, lines, total: lines.length }
  return functionAround(window, name)?.lines.join('\n')
}

t.test('a function of Python ends before what is indented as little', async t => {
  const add = 'def add(\n    a,\n):\n    b = a\n\n# about it\n    return b'
  t.equal(whole('app.py', 'add', 5, `x = 1\n${add}\n\nprint(add(1))`), add)
  const method = '    def get(self):\n        return 1'
  t.equal(whole('app.py', 'get', 3, `class A:\n${method}\n\n    def set(self):\n        pass`), method)
})

t.test('one of C ends with its brace', async t => {
  const main = 'int main(void)\n{\n#ifdef X\n  a();\n#endif\nout:\n  return 0;\n}'
  t.equal(whole('app.c', 'main', 9, `int a;\n\n${main}\n\nint b;`), main)
  t.equal(whole('app.c', 'one', 1, 'int one(void) { return 1; }\nint two;'), 'int one(void) { return 1; }')
})

t.test('of several with one name it is the one that holds the line, not what it calls', async t => {
  const of = (name: string) =>
    `class ${name}:\n    def get(self):\n        return get(\n            self,\n        )\n`
  t.equal(whole('app.py', 'get', 8, `${of('A')}${of('B')}`), of('B').split('\n').slice(1, -1).join('\n'))
  t.equal(whole('app.py', 'get', 1, of('A')), undefined)
  t.equal(whole('app.py', '<lambda>', 3, of('A')), undefined)
  const fact = 'int\nfact(int n)\n{\n  return n < 2 ? 1 : n * fact(n - 1);\n}'
  t.equal(whole('app.c', 'fact', 4, fact), fact.slice('int\n'.length))
  const method = 'func (c *Cart) Add(n int) {\n\tc.n += n\n}'
  t.equal(whole('app.go', 'main.(*Cart).Add', 4, `func Add() {}\n\n${method}`), method)
})

t.test('a text of several lines is indented as it likes', async t => {
  const add = 'def add():\n    x = """\nby the margin\n"""\n    return x'
  t.equal(whole('app.py', 'add', 5, `${add}\nprint(add())`), add)
  const script = 'function add() {\n  return `\nby the margin\n`\n}'
  t.equal(whole('app.ts', 'add', 2, `${script}\nadd()`), script)
})
