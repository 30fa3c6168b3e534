import t from 'tap'
import { bearerToken } from '../../../services/contract/bearer.ts'

const cases = [
  { header: 'Bearer abc', token: 'abc' },
  { header: 'bearer abc', token: 'abc' },
  { header: '  BEARER \t abc  ', token: 'abc' },
  { header: undefined, token: undefined },
  { header: '', token: undefined },
  { header: 'Bearer', token: undefined },
  { header: 'Bearer ', token: undefined },
  { header: 'Bearerabc', token: undefined },
  { header: 'Basic abc', token: undefined },
  { header: 'abc', token: undefined },
  { header: 'Bearer a b', token: undefined },
  { header: 'Bearer é', token: undefined },
]
for (const { header, token } of cases)
  t.test(`${JSON.stringify(header)} bears ${token}`, t => {
    t.equal(bearerToken(header), token)
    t.end()
  })
