import t from 'tap'
import { commandId, sessionId } from '../../../../services/contract/ids.ts'
import { commandEnvironment } from '../../../../services/runner/commands/command-environment.ts'

const base = {
  session: sessionId.create(),
  command: commandId.create(),
  path: '/bin',
  home: '/home',
  temporary: '/tmp/x',
  directory: '/work',
  user: 'me',
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

t.test('what comes over what', async t => {
  const inherit = { LANG: 'de_DE.UTF-8', HOME: '/server', DEBUG_SERVER_SCOPES: 'a:b', TZ: 'UTC' }
  const client = {
    PATH: '/mine',
    HOME: '/other',
    DEBUG_SERVER_SCOPES: '',
    DEBUG_SERVER_COMMAND: 'x',
    CI: '1',
  }
  t.match(commandEnvironment({ ...base, inherit }), { LANG: 'de_DE.UTF-8', HOME: '/home', TZ: 'UTC' })
  t.notOk('LC_ALL' in commandEnvironment({ ...base, inherit }), 'a locale is taken as a whole')
  t.match(commandEnvironment({ ...base, inherit, client }), {
    PATH: '/mine',
    HOME: '/other',
    CI: '1',
    DEBUG_SERVER_COMMAND: base.command,
    DEBUG_SERVER_SCOPES: `a:b:${base.command}`,
  })
})
