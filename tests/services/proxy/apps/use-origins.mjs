// Opens apps of a session on their own origins with a real browser, as a person and as a page that attacks the others, and writes
// what it has seen to stdout as JSON. In a language that needs no types of the driver, which is there where the tests run and nowhere
// else.
//
//     node use-origins.mjs CHROMIUM FILES_URL TERMINAL_URL EVIL_URL EVIL_PATH_URL AUTHORIZATION
import { chromium } from 'playwright-core'

const [executablePath, files, terminal, evil, path, authorization] = process.argv.slice(2)
const timeout = 60_000
const seen = {}

const browser = await chromium.launch({ executablePath, timeout, args: ['--disable-dev-shm-usage'] })
try {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(timeout)
  await page.goto(files)
  seen.address = page.url()
  await page.click('a[href="./here.txt"]')
  seen.content = await page.textContent('body')
  await page.goto(terminal)
  await page.waitForSelector('.xterm-rows')
  await page.keyboard.type('echo answer-$((6 * 7))\n')
  await page.waitForFunction(() => document.querySelector('.xterm-rows').textContent.includes('answer-42'))
  seen.typed = true
  await page.goto(evil)
  const target = new URL(files).origin
  seen.fromAnotherApp = await page.evaluate(attackApp, target)
  await page.goto(`${target}/`)
  seen.afterwards = await page.textContent('body')
  await page.route(path, route =>
    route.continue({ headers: { ...route.request().headers(), authorization } }),
  )
  seen.pathStatus = (await page.goto(path)).status()
  seen.fromPath = await page.evaluate(attackServer)
  seen.cookies = (await context.cookies()).map(
    ({ name, domain, httpOnly }) => `${name} ${domain} ${httpOnly}`,
  )
} finally {
  await browser.close()
}
process.stdout.write(JSON.stringify(seen))

/** A page of one app tries to use another. */
async function attackApp(target) {
  for (const cookie of ['debug_server_app=planted', 'planted=1'])
    Reflect.set(document, 'cookie', `${cookie}; Domain=localhost; Path=/`)
  const read = await fetch(`${target}/`, { credentials: 'include' }).then(
    () => 'read',
    () => 'refused',
  )
  const written = await fetch(`${target}/file?path=planted.txt`, {
    ...{ method: 'PUT', credentials: 'include', body: 'x' },
  }).then(
    () => 'sent',
    () => 'refused',
  )
  const framed = await new Promise(resolve => {
    const frame = document.createElement('iframe')
    frame.onload = () => resolve(frame.contentDocument === null ? 'not readable' : 'readable')
    frame.src = `${target}/`
    document.body.append(frame)
  })
  const socket = await new Promise(resolve => {
    const tried = new WebSocket(`${target.replace('http', 'ws').replace('files--', 'terminal--')}/ws`, [
      'tty',
    ])
    tried.onopen = () => resolve('open')
    tried.onerror = () => resolve('refused')
  })
  return { cookies: document.cookie, read, written, framed, socket }
}

/** A page of an app at a path of the server tries to use the server. */
async function attackServer() {
  const attempt = work => {
    try {
      return `${work()}`
    } catch ({ name }) {
      return name
    }
  }
  const api = await fetch('/api/sessions', { credentials: 'include' }).then(
    ({ status }) => `${status}`,
    () => 'refused',
  )
  return {
    origin: window.origin,
    cookie: attempt(() => document.cookie),
    storage: attempt(() => localStorage.length),
    worker: await Promise.resolve()
      .then(() => navigator.serviceWorker.register('sw.js'))
      .then(
        () => 'registered',
        ({ name }) => name,
      ),
    api,
  }
}
