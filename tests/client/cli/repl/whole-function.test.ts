import t from 'tap'
import { wholeFunction } from '../../../../client/cli/repl/whole-function.ts'

const whole = (file: string, line: number, text: string) => {
  const lines = text.split('\n')
  return wholeFunction({ file, reference: null, line, first: 1, lines, total: lines.length }).lines.join('\n')
}

t.test('a function of Python ends before what is indented as little', async t => {
  const add = 'def add(\n    a,\n):\n    b = a\n\n# about it\n    return b'
  t.equal(whole('app.py', 2, `x = 1\n${add}\n\nprint(add(1))`), add)
  const method = '    def get(self):\n        return 1'
  t.equal(whole('app.py', 2, `class A:\n${method}\n\n    def set(self):\n        pass`), method)
})

t.test('one of C ends with its brace', async t => {
  const main = 'int main(void)\n{\n#ifdef X\n  a();\n#endif\nout:\n  return 0;\n}'
  t.equal(whole('app.c', 3, `int a;\n\n${main}\n\nint b;`), main)
  t.equal(whole('app.c', 1, 'int one(void) { return 1; }\nint two;'), 'int one(void) { return 1; }')
})
