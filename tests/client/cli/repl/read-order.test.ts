import t from 'tap'
import { meant, readOrder, wordsLike } from '../../../../client/cli/repl/read-order.ts'
import { replWords } from '../../../../client/cli/repl/repl-words.ts'

const orderOf = (line: string) => readOrder(line).order

t.test('the words of gdb and of pdb mean the same', async t => {
  const same: [readonly string[], object][] = [
    [['continue', 'c', 'cont', ' c '], { kind: 'move', move: 'debug.continue', times: 1 }],
    [['next', 'n'], { kind: 'move', move: 'debug.next', times: 1 }],
    [['step', 's'], { kind: 'move', move: 'debug.step_in', times: 1 }],
    [['finish', 'return'], { kind: 'move', move: 'debug.step_out', times: 1 }],
    [['stepi', 'si'], { kind: 'instruction', over: false, times: 1 }],
    [['nexti 3', 'ni 3'], { kind: 'instruction', over: true, times: 3 }],
    [['disassemble', 'disas'], { kind: 'disassemble' }],
    [['until 12', 'unt 12', 'advance 12'], { kind: 'until', place: '12' }],
    [['where', 'w', 'bt', 'backtrace', 'info stack', 'i st'], { kind: 'stack' }],
    [['p a + b', 'print a + b', 'pp a + b', 'a + b', '!a + b'], { kind: 'evaluate', expression: 'a + b' }],
    [['locals', 'args', 'a', 'info locals', 'i l'], { kind: 'variables', scope: null }],
    [['b', 'breakpoints', 'info breakpoints', 'i b'], { kind: 'breakpoints' }],
    [['up', 'u'], { kind: 'walk', by: 1 }],
    [['down'], { kind: 'walk', by: -1 }],
    [['set x = 5', 'set var x = 5', 'set variable x=5'], { kind: 'set', name: 'x', value: '5' }],
    [['quit', 'q', 'exit'], { kind: 'quit' }],
    [['p/x n', 'print/x n', 'call/x n'], { kind: 'evaluate', expression: 'n', format: 'x' }],
    [['p/s n', 'call n'], { kind: 'evaluate', expression: 'n' }],
    [['display n', 'disp n', 'display/s n'], { kind: 'display', expression: 'n', format: null }],
    [['display/t n'], { kind: 'display', expression: 'n', format: 't' }],
    [['display', 'info display', 'i d'], { kind: 'display', expression: null, format: null }],
    [['undisplay 1 2', 'undisp 1,2'], { kind: 'undisplay', ids: [1, 2], expression: null }],
    [['undisplay a b'], { kind: 'undisplay', ids: [], expression: 'a b' }],
    [['undisplay'], { kind: 'undisplay', ids: [], expression: null }],
    [['whatis n'], { kind: 'type', expression: 'n', parts: false }],
    [['ptype n'], { kind: 'type', expression: 'n', parts: true }],
    [['x/2s *argv'], { kind: 'examine', times: 2, format: 's', unit: 'b', expression: '*argv' }],
    [['x/8xb &n'], { kind: 'examine', times: 8, format: 'x', unit: 'b', expression: '&n' }],
    [['x &n', 'x/x &n', 'x/1wx &n'], { kind: 'examine', times: 1, format: 'x', unit: 'w', expression: '&n' }],
    [['x/2s p'], { kind: 'examine', times: 2, format: 's', unit: 'b', expression: 'p' }],
    [['x/4i $pc'], { kind: 'examine', times: 4, format: 'i', unit: 'w', expression: '$pc' }],
    [['info registers', 'i r', 'registers'], { kind: 'registers', names: [] }],
    [['info registers rip rsp', 'registers rip, rsp'], { kind: 'registers', names: ['rip', 'rsp'] }],
    [['info frame', 'i f'], { kind: 'walk', by: 0 }],
    [['info sharedlibrary', 'info modules'], { kind: 'modules' }],
    [['condition 2 n > 3', 'cond 2 n > 3'], { kind: 'when', id: 2, when: { condition: 'n > 3' } }],
    [['condition 2'], { kind: 'when', id: 2, when: { condition: null } }],
    [['ignore 2 5'], { kind: 'when', id: 2, when: { hit_condition: '>=6' } }],
    [['ignore 2 0'], { kind: 'when', id: 2, when: { hit_condition: null } }],
    [['delete 1 2', 'del 1,2', 'clear 1 2', 'cl 1, 2'], { kind: 'delete', ids: [1, 2] }],
    [['disable 1 2'], { kind: 'disable', ids: [1, 2] }],
    [['enable'], { kind: 'enable', ids: [] }],
    [['ll', 'longlist'], { kind: 'whole' }],
    [['until', 'unt'], { kind: 'until', place: null }],
    [['i s'], { kind: 'stack' }],
    [['list', 'l'], { kind: 'list', place: null }],
    [['help next', 'h next', '? next'], { kind: 'help', word: 'next' }],
  ]
  for (const [lines, order] of same) for (const line of lines) t.same(orderOf(line), order, line)
})

t.test('what is no word is an expression, also where it begins with one', async t => {
  for (const line of [
    'x',
    'total + 1',
    'n + 1',
    'c = 3',
    'list(items)',
    'step == 2',
    'next.value',
    's[0]',
    'a -b',
    'x',
    'x/2',
    'x/2 + 1',
    'x/n == 3',
    'x/2 if ready else y',
    'x + 1',
    'x if ready else y',
    'n is None',
    'c in names',
  ])
    t.same(orderOf(line), { kind: 'evaluate', expression: line })
  t.same(orderOf('!n'), { kind: 'evaluate', expression: 'n' })
  t.same(orderOf('print -1'), { kind: 'evaluate', expression: '-1' })
  t.same(orderOf('set a[0].b == c = d'), { kind: 'set', name: 'a[0].b == c', value: 'd' })
})

t.test('what cannot be done is told with what can', async t => {
  const faulty: [string, RegExp][] = [
    ['d', /gdb deletes breakpoints with it, pdb goes down/],
    ['r', /write restart or finish/],
    ['next x', /"x": expected how often, from 1 to 1000/],
    ['next 0', /from 1 to 1000/],
    ['frame x', /the number of a frame/],
    ['delete x', /numbers of breakpoints/],
    ['set x', /expected NAME = VALUE/],
    ['info x', /"x": expected one of locals/],
    ['info sh x', /nothing is to follow/],
    ['pause now', /nothing is to follow, and there is "now"/],
    ['thread one', /the id of a thread/],
    ['info', /expected one of locals, args, registers/],
    ['p/q n', /"q": expected one of x, d, u/],
    ['x/0x p', /"0x": expected how many/],
    ['x/8xq p', /"8xq": expected how many/],
    ['condition n > 3', /expected the number of a breakpoint/],
    ['ignore 2', /how often it is to be passed over/],
    ['tbreak', /a place is to follow/],
    ['disable x', /numbers of breakpoints/],
    ['jump 12', /"until LINE" goes on to a line/],
    ['detach', /"quit" leaves the debuggee as it is/],
  ]
  for (const [line, message] of faulty) t.match(orderOf(line), { kind: 'fault', message }, line)
})

t.test('only what goes on is done again by an empty line', async t => {
  const again = replWords.filter(word => word.again === true).flatMap(({ names }) => names[0])
  t.same(again, ['continue', 'next', 'step', 'stepi', 'nexti', 'finish', 'reverse-step', 'wait', 'list'])
  t.equal(readOrder('n').again, true)
  t.equal(readOrder('p x').again, false)
  t.same(orderOf('  '), { kind: 'nothing' })
})

t.test('a word that nobody knows may be one that is written otherwise', async t => {
  t.match(meant('contniue'), /did you mean "continue"/)
  t.match(meant('finsh'), /"finish"/)
  t.equal(meant('continue'), undefined)
  t.equal(meant('x'), undefined)
  t.equal(meant('(1'), undefined)
  t.same(wordsLike('st'), ['step', 'stepi', 'status'])
})

t.test('no name has two meanings', async t => {
  const names = replWords.flatMap(word => word.names)
  t.equal(new Set(names).size, names.length)
})

/** Of pdb and gdb, what is typed in the first hour; gdb's `x` alone may be a variable. */
const usual = {
  pdb: 'h w d u b tbreak cl disable enable ignore condition commands s n unt r c j l ll a p pp whatis display undisplay interact alias unalias run restart q debug retval source',
  gdb: 'help bt where frame up down break tbreak hbreak rbreak watch rwatch awatch catch delete disable enable ignore condition commands dprintf run start continue c step next finish until advance stepi nexti jump return print call display undisplay whatis ptype set list info disassemble thread attach detach kill file shell make define source python handle signal record quit',
}

t.test('each usual word of pdb and gdb is one, or says what does instead', async t => {
  for (const word of Object.values(usual).flatMap(words => words.split(' '))) {
    const { kind } = orderOf(word)
    t.ok(kind !== 'evaluate' || meant(word) !== undefined, word)
  }
})
