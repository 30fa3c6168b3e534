// Looks at a page of the API with a real browser, and writes what it has seen to stdout as JSON. In a language that needs no
// types of the driver, which is there where the tests run and nowhere else.
//
//     node look-at-page.mjs CHROMIUM URL READY [TRIED]
//
// READY is a selector that appears when the page is there; TRIED, of Swagger UI, that of an operation to try.
import { chromium } from 'playwright-core'

const [executablePath, url, ready, tried] = process.argv.slice(2)
const timeout = 60_000
const seen = { requests: [], errors: [], violations: [], text: '', title: '', answer: null }

const browser = await chromium.launch({ executablePath, timeout, args: ['--disable-dev-shm-usage'] })
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(timeout)
  page.on('request', request => seen.requests.push(request.url()))
  page.on('requestfailed', request => seen.errors.push(`${request.url()}: ${request.failure()?.errorText}`))
  page.on('pageerror', error => seen.errors.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') seen.errors.push(message.text())
  })
  await page.exposeFunction('violated', text => seen.violations.push(text))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      window.violated(`${violatedDirective}: ${blockedURI}`),
    )
  })
  await page.goto(url)
  await page.waitForSelector(ready)
  seen.title = await page.title()
  seen.text = await page.textContent('body')
  if (tried !== undefined) seen.answer = await tryOut(page, tried)
} finally {
  await browser.close()
}
process.stdout.write(JSON.stringify(seen))

/** Opens an operation of Swagger UI, sends what it asks for, and gives what is shown of the answer. */
async function tryOut(page, operation) {
  await press(page, `${operation} .opblock-summary-control`)
  await press(page, `${operation} .try-out__btn`)
  await press(page, `${operation} .execute`)
  const status = await page.textContent(`${operation} .live-responses-table .response .response-col_status`)
  const body = await page.textContent(`${operation} .live-responses-table .response .highlight-code`)
  return { status, body }
}

/** Without the wait for everything to stand still that a click has, which takes long on a page of this size. */
async function press(page, selector) {
  await page.waitForSelector(selector)
  await page.dispatchEvent(selector, 'click')
}
