import t from 'tap'
import { commandId, sessionId } from '../../../../services/contract/ids.ts'
import { commandEnvironment } from '../../../../services/runner/commands/command-environment.ts'

const base = {
  session: sessionId.create(),
  command: commandId.create(),
  path: '/bin',
  offer: { path: [], variables: {} },
  building: undefined,
  home: '/home',
  temporary: '/tmp/x',
  directory: '/work',
  user: 'me',
  terminal: false,
  inherit: {},
  client: {},
}

t.test('what is always there', async t => {
  t.same(commandEnvironment(base), {
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    PATH: '/bin',
    HOME: '/home',
    TMPDIR: '/tmp/x',
    PWD: '/work',
    USER: 'me',
    LOGNAME: 'me',
    SHELL: '/bin/sh',
    TERM: 'dumb',
    DEBUG_SERVER_SESSION: base.session,
    DEBUG_SERVER_COMMAND: base.command,
    DEBUG_SERVER_SCOPES: base.command,
  })
})

t.test('what environments offer, and what is to be built', async t => {
  const offer = { path: ['/env/bin'], variables: { VIRTUAL_ENV: '/env', TERM: 'vt100' } }
  const made = commandEnvironment({ ...base, offer, client: { VIRTUAL_ENV: '/mine' } })
  t.match(made, { PATH: '/env/bin:/bin', VIRTUAL_ENV: '/mine' })
  t.notOk('DEBUG_SERVER_ENVIRONMENT' in made)
  const client = { DEBUG_SERVER_ENVIRONMENT: '/elsewhere' }
  t.match(commandEnvironment({ ...base, building: '/env', client }), { DEBUG_SERVER_ENVIRONMENT: '/env' })
})

t.test('one with a terminal is told what it is', async t => {
  t.equal(commandEnvironment({ ...base, terminal: true }).TERM, 'xterm-256color')
})

t.test('what comes over what', async t => {
  const inherit = { LANG: 'de_DE.UTF-8', HOME: '/server', DEBUG_SERVER_SCOPES: 'a:b', TZ: 'UTC' }
  const client = {
    PATH: '/mine',
    HOME: '/other',
    DEBUG_SERVER_SCOPES: '',
    DEBUG_SERVER_SESSION: 'x',
    DEBUG_SERVER_COMMAND: 'x',
    CI: '1',
  }
  t.match(commandEnvironment({ ...base, inherit }), { LANG: 'de_DE.UTF-8', HOME: '/home', TZ: 'UTC' })
  t.notOk('LC_ALL' in commandEnvironment({ ...base, inherit }), 'a locale is taken as a whole')
  t.match(commandEnvironment({ ...base, inherit, client }), {
    PATH: '/mine',
    HOME: '/other',
    CI: '1',
    DEBUG_SERVER_SESSION: base.session,
    DEBUG_SERVER_COMMAND: base.command,
    DEBUG_SERVER_SCOPES: `a:b:${base.command}`,
  })
})
