import { FitAddon } from './fit.js'
import { Terminal } from './xterm.js'

/** How much may be on its way to the screen until the server is asked to wait, and to go on, in bytes. */
const pauseAbove = 1_000_000
const resumeBelow = 200_000
const longestWaitMs = 10_000

const terminal = new Terminal({ cursorBlink: true, scrollback: 10_000, theme: { background: '#101216' } })
const fit = new FitAddon()
terminal.loadAddon(fit)
terminal.open(document.querySelector('#terminal'))
fit.fit()
terminal.focus()

const state = document.querySelector('#state')
const encoder = new TextEncoder()
const decoder = new TextDecoder()
let socket
let waitMs = 0

const send = (command, text) => {
  if (socket?.readyState === WebSocket.OPEN) socket.send(encoder.encode(command + text))
}

const say = text => {
  state.textContent = text
  state.hidden = text === ''
}

terminal.onData(text => send('0', text))
terminal.onBinary(text => {
  const bytes = Uint8Array.from(`0${text}`, character => character.charCodeAt(0))
  if (socket?.readyState === WebSocket.OPEN) socket.send(bytes)
})
terminal.onResize(({ cols, rows }) => send('1', JSON.stringify({ columns: cols, rows })))
new ResizeObserver(() => fit.fit()).observe(document.querySelector('#terminal'))

function connect() {
  const address = new URL(`ws${location.search}`, location.href)
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  socket = new WebSocket(address, ['tty'])
  socket.binaryType = 'arraybuffer'
  let waiting = 0
  let paused = false
  let isUp = false
  socket.onopen = () => {
    send('', JSON.stringify({ AuthToken: '', columns: terminal.cols, rows: terminal.rows }))
  }
  socket.onmessage = ({ data }) => {
    // One that is accepted before the terminal is there may end without a word of it.
    if (!isUp) {
      isUp = true
      waitMs = 0
      say('')
      // What the terminal shows comes from the server, whole.
      terminal.reset()
    }
    const bytes = new Uint8Array(data)
    const content = bytes.subarray(1)
    if (bytes[0] === 0x31) document.title = decoder.decode(content)
    if (bytes[0] !== 0x30) return
    waiting += content.length
    if (!paused && waiting > pauseAbove) {
      paused = true
      send('2', '')
    }
    terminal.write(content, () => {
      waiting -= content.length
      if (!paused || waiting > resumeBelow) return
      paused = false
      send('3', '')
    })
  }
  socket.onclose = ({ code, reason }) => {
    if (code === 1000) return offerAnother(reason)
    waitMs = Math.min(longestWaitMs, waitMs * 2 + 250)
    say(`${reason || 'The connection is lost'}; trying again …`)
    setTimeout(connect, waitMs)
  }
}

function offerAnother(reason) {
  say(`The program ${reason || 'has ended'}. Press Enter for another one.`)
  const listening = terminal.onKey(({ domEvent }) => {
    if (domEvent.key !== 'Enter') return
    listening.dispose()
    connect()
  })
}

connect()
