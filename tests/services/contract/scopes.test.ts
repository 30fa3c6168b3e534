import t from 'tap'
import { grants, type Scope } from '../../../services/contract/scopes.ts'

const cases: [held: Scope[], needed: Scope, granted: boolean][] = [
  [[], 'debug:read', false],
  [['debug:read'], 'debug:read', true],
  [['debug:write'], 'debug:read', true],
  [['debug:read'], 'debug:write', false],
  [['debug:shell'], 'debug:read', false],
  [['sessions:read'], 'debug:read', false],
  [['cli'], 'debug:write', true],
  [['cli', 'debug:write'], 'admin', false],
  [['admin'], 'debug:shell', true],
]

for (const [held, needed, granted] of cases)
  t.equal(grants(held, needed), granted, `${held.join(' and ') || 'nothing'} and ${needed}`)
