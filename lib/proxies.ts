import { UserError } from './user-error.ts'

/** The proxies that an environment asks for, as curl reads it: lower case wins, `http://` may be left out. */
export type Proxies = { http: string; https: string; except: string }

type Environment = Readonly<Record<string, string | undefined>>

export function proxiesOf(environment: Environment): Proxies {
  return {
    http: proxyUrl('http_proxy', environment),
    https: proxyUrl('https_proxy', environment),
    except: environment.no_proxy ?? environment.NO_PROXY ?? '',
  }
}

function proxyUrl(name: string, environment: Environment): string {
  const variable = environment[name] === undefined ? name.toUpperCase() : name
  const text = environment[variable]?.trim() ?? ''
  if (text === '') return ''
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '')
    throw new UserError(`${variable} is no address of a proxy`, {
      fix: 'write it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT',
    })
  return url.href
}

/** A proxy as it may be printed. */
export function shownProxy(proxy: string): string {
  const url = URL.parse(proxy)
  if (url === null) return 'of the environment'
  return `${url.protocol}//${url.username === '' ? '' : '***@'}${url.host}`
}
