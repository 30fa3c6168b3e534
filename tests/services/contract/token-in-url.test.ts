import t from 'tap'
import { tokenInUrl } from '../../../services/contract/token-in-url.ts'
import { createSecret } from '../../../services/store/secret.ts'

const secret = createSecret()
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl'

/** What stands in the answer of each: the name that the query gives it, or only that it is there. */
const refused: Record<string, string> = {
  '/events?token=x': 'token',
  '/events?access_token=': 'access_token',
  '/events?a=1&auth_token=x': 'auth_token',
  '/events?Access_Token=x': 'access_token',
  '/events?%74oken=x': 'token',
  '/events?a?token=x&api_key=y': 'api_key',
  '/sessions/x/logs?jwt=x': 'jwt',
  [`/events?t=${secret}`]: 'the URL',
  [`/events?t=${secret.replace('_', '%5F')}`]: 'the URL',
  [`/tokens/${secret}`]: 'the URL',
  [`/events?x=${jwt}`]: 'the URL',
  [`/%zz?x=${jwt}`]: 'the URL',
}

t.test('a credential in a URL is found by its name and by what it looks like, and never told', async t => {
  for (const [url, where] of Object.entries(refused)) {
    const detail = tokenInUrl(url)
    t.match(detail, where, url)
    t.match(detail, 'revoke it')
    t.notMatch(detail, secret)
    t.notMatch(detail, jwt)
  }
})

t.test('what only looks like one is none', async t => {
  for (const url of ['', '/', '/tokens', '/tokens/tok_0123456789ab', '/audit?actor_token=tok_0123456789ab'])
    t.equal(tokenInUrl(url), undefined, url)
  t.equal(tokenInUrl('/events?after=1&ticket=dtk_x#token=x'), undefined)
  t.equal(tokenInUrl('/sessions/eyJ.eyJ.x?commit=dst_short'), undefined)
})
