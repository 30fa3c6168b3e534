import t from 'tap'
import { expand, placeIn, variablesIn } from '../../config/expand.ts'
import { namedVariables } from '../../config/named-variables.ts'
import { createWorkspace } from './rig.ts'

const environment = { HOME: '/home/me', NAME: 'x', OTHER: '$NAME', EMPTY: '' }
const [braced, other] = ['$' + '{NAME}', '$' + '{OTHER}']

t.test('variables and the home are filled in', async t => {
  const cases: Record<string, string> = {
    plain: 'plain',
    '~': '/home/me',
    '~/data': '/home/me/data',
    'a~/~': 'a~/~',
    '$NAME/$NAME': 'x/x',
    [`a${braced}b`]: 'axb',
    $NAME_: 'fault: the variable NAME_ is not set',
    [other]: '$NAME',
    a$$NAME: 'a$NAME',
    $$$NAME: '$x',
    '~/$NAME': '/home/me/x',
    $EMPTY: 'fault: the variable EMPTY is not set',
    '~bob': 'fault: "~bob" is not expanded; write the whole path, or ~ for your own home',
    a$: 'fault: "$" begins no name of a variable; write $$ for the character',
    '$(id)': 'fault: "$" begins no name of a variable; write $$ for the character',
    [braced.replace('}', ':-y}')]: 'fault: "$" begins no name of a variable; write $$ for the character',
    '': '',
  }
  for (const [text, expected] of Object.entries(cases)) {
    const result = expand(text, environment)
    t.equal('text' in result ? result.text : `fault: ${result.fault}`, expected, text)
  }
  t.match(expand('~', {}), { fault: 'the variable HOME is not set' })
})

t.test('paths are meant from the workspace', async t => {
  t.equal(placeIn('/w', 'data', environment), '/w/data')
  t.equal(placeIn('/w', '../data/', environment), '/data')
  t.equal(placeIn('/w', '~/data', environment), '/home/me/data')
  t.equal(placeIn('/w', '/data', environment), '/data')
})

t.test('what a text refers to', async t => {
  t.same(variablesIn(`~/$NAME/${other}/$$NO/$`), ['HOME', 'NAME', 'OTHER'])
  t.same(variablesIn('plain'), [])
})

t.test('the variables that settings refer to are known, those of other keys are text', async t => {
  const { root, write } = createWorkspace(t)
  write('bootstrap.local.toml', 'storage.data_dir = "$SCRATCH/data"\nenvironment.name = "$NO"')
  write('server.local.toml', 'runner.path = "~/bin:$PATH"')
  const environment = { SCRATCH: '/scratch', PATH: '/bin', HOME: '/home/me' }
  t.same(namedVariables(root, environment).sort(), ['HOME', 'PATH', 'SCRATCH'])
})
