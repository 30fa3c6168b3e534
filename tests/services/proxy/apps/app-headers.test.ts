import t from 'tap'
import { toAppHeaders } from '../../../../services/proxy/apps/app-headers.ts'

const forwarded = { address: '127.0.0.1', host: 'a', protocol: 'http', proof: 'p' } as const
const jwt = (claims: object) =>
  [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat('c2lnbmVk')
    .join('.')

/** What a browser that is signed in on an app's origin may send it. */
const cases: [authorization: string, passes: boolean][] = [
  ['Basic YTpi', true],
  ['Bearer of-the-app', true],
  [`Bearer ${jwt({ iss: 'the app', sub: 'somebody' })}`, true],
  [`Bearer ${jwt({ sub: 'somebody' })}`, true],
  ['Bearer eyJhbGciOiJkaXIifQ..aXY.dGV4dA.dGFn', true],
  [`Bearer ds${'t_'}${'x'.repeat(43)}`, false],
  [`bearer  ${jwt({ iss: 'debug-server', jti: 'sig_0123456789ab' })}`, false],
]
for (const [authorization, passes] of cases)
  t.test(`${authorization} ${passes ? 'passes' : 'does not pass'}`, async t => {
    const sent = toAppHeaders(['Authorization', authorization], forwarded, {
      by: 'origin',
      admittedBy: 'pass',
      prefix: '',
    })
    t.equal(sent.includes(authorization), passes)
  })
