// Opens the files of a session, and its terminal, over TLS with a real browser, and writes what it has seen to stdout as JSON.
//
//     node use-http2.mjs CHROMIUM KEY_HASH FILES_URL TERMINAL_URL
import { chromium } from 'playwright-core'

const [executablePath, hash, files, terminal] = process.argv.slice(2)
const timeout = 60_000
const seen = {}

const args = ['--disable-dev-shm-usage', `--ignore-certificate-errors-spki-list=${hash}`]
const browser = await chromium.launch({ executablePath, timeout, args })
try {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(timeout)
  const refused = await page.goto(new URL('/', files).href)
  seen.refused = [refused.status(), await page.textContent('body')]
  await page.goto(files)
  seen.address = page.url()
  seen.protocol = await page.evaluate(() => performance.getEntriesByType('navigation')[0].nextHopProtocol)
  await page.click('a[href="./here.txt"]')
  seen.content = await page.textContent('body')
  seen.secure = (await context.cookies()).every(({ secure }) => secure)
  await page.goto(terminal)
  await page.waitForSelector('.xterm-rows')
  await page.keyboard.type('echo answer-$((6 * 7))\n')
  await page.waitForFunction(() => document.querySelector('.xterm-rows').textContent.includes('answer-42'))
  seen.typed = true
  await page.routeWebSocket(/\/ws$/, socket => socket.close({ code: 1013, reason: 'it was switched off' }))
  await page.reload()
  await page.waitForFunction(() => document.querySelector('#state').textContent !== '')
  seen.lost = await page.textContent('#state')
} finally {
  await browser.close()
}
process.stdout.write(JSON.stringify(seen))
