// Uses the pages of the files app and of the terminal app with a real browser, and writes what it has seen to stdout as JSON. In a
// language that needs no types of the driver, which is there where the tests run and nowhere else.
//
//     node use-apps.mjs CHROMIUM FILES_URL TERMINAL_URL UPLOADED_FILE
import { chromium } from 'playwright-core'

const [executablePath, files, terminal, uploaded] = process.argv.slice(2)
const timeout = 60_000
const seen = { requests: [], errors: [], violations: [] }

const browser = await chromium.launch({ executablePath, timeout, args: ['--disable-dev-shm-usage'] })
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(timeout)
  page.on('request', request => seen.requests.push(request.url()))
  page.on('pageerror', error => seen.errors.push(error.message))
  await page.exposeFunction('violated', text => seen.violations.push(text))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      window.violated(`${violatedDirective}: ${blockedURI}`),
    )
  })
  await useTerminal(page)
  await useFiles(page)
  seen.own = { errors: seen.errors.splice(0), violations: seen.violations.splice(0) }
  await page.goto(`${files}view/hostile.html`)
  seen.hostile = await page.textContent('h1')
  await page.goto(`${files}view/styled.html`)
  seen.colour = await page.evaluate(() => getComputedStyle(document.querySelector('h1')).color)
} finally {
  await browser.close()
}
process.stdout.write(JSON.stringify(seen))

async function useTerminal(page) {
  await page.goto(`${terminal}?id=browser`)
  await page.waitForSelector('.xterm-rows')
  await page.waitForFunction(() => document.title.includes('browser'))
  seen.title = await page.title()
  await page.keyboard.type('echo answer-$((6 * 7))-é\n')
  await shows(page, 'answer-42-é')
  await page.reload()
  await shows(page, 'answer-42-é')
  await page.keyboard.type('stty size | tr " " x; exit 3\n')
  await page.waitForFunction(() => document.querySelector('#state').textContent.includes('exited with 3'))
  seen.rows = await page.textContent('.xterm-rows')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('#state').hidden)
  await page.keyboard.type('echo another-$((1 + 1))\n')
  await shows(page, 'another-2')
}

async function shows(page, text) {
  await page.waitForFunction(
    wanted => document.querySelector('.xterm-rows').textContent.includes(wanted),
    text,
  )
}

async function useFiles(page) {
  await page.goto(files)
  await page.click('a[href="./sub/"]')
  await page.setInputFiles('input[type=file]', uploaded)
  await page.click('button')
  await page.waitForSelector('a[href="./uploaded.txt"]')
  seen.address = page.url()
  await page.click('a[href="./uploaded.txt"]')
  seen.content = await page.textContent('body')
}
