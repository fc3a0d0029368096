// Opens reports in headless Chromium: what a person can do with a mouse or a keyboard, what a printer and a screen reader get.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const program = process.env.PTD_LINT;
const folder = mkdtempSync(join(tmpdir(), 'ptd-lint-html-'));
const leaking = resolve(import.meta.dirname ?? '.', '../../fixtures/stacks/leaking');

/** Runs the program and gives what it wrote. */
function lint(words, codes) {
  const ran = spawnSync(program, words, { cwd: folder, encoding: 'utf8' });
  assert.ok(codes.includes(ran.status), `${words.join(' ')}: ${ran.status} ${ran.stderr}`);
  return ran;
}

let browser;

/** A page of its own that notes every message, fault and request. */
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const noted = { console: [], errors: [], requests: [] };
  page.on('console', (message) => noted.console.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noted.errors.push(error.message));
  page.on('dialog', (dialog) => { noted.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', (request) => noted.requests.push(request.url()));
  await page.goto(pathToFileURL(join(folder, file)).href);
  return { page, noted, context };
}

/** Nothing was said on the console, and nothing was asked for but the file. */
function quiet(noted, file) {
  assert.deepEqual(noted.console, []);
  assert.deepEqual(noted.errors, []);
  assert.deepEqual(noted.requests, [pathToFileURL(join(folder, file)).href]);
}

const CANARY = '<script>window.canary=1</script><img src=x onerror="window.canary=2">';

before(async () => {
  cpSync(leaking, join(folder, 'stack'), { recursive: true });
  // A few findings about other promises beside the leak.
  const loki = join(folder, 'stack/loki.yaml');
  const without = ['        retention_period: 30d\n', '        http_server_read_timeout: 310s\n', '        http_server_write_timeout: 310s\n', '        retention_enabled: true\n'];
  const text = without.reduce((own, line) => { assert.ok(own.includes(line), line); return own.replace(line, ''); }, readFileSync(loki, 'utf8'));
  writeFileSync(loki, text);
  lint(['check', '-o', 'html=report.html', '-o', 'json=report.json', 'stack'], [1]);
  // Names that would run where they were not escaped.
  const odd = join(folder, CANARY.replaceAll('/', '-'));
  mkdirSync(odd);
  writeFileSync(join(odd, `a ${CANARY.replaceAll('/', '-')}.alloy`), `loki.source.kubernetes_events "all" {
  forward_to = [loki.write.out.receiver]
}

loki.write "out" {
  endpoint {
    url = "https://x.example.net/${CANARY.replaceAll('"', '\\"')}"
  }
}

"${CANARY.replaceAll('"', '\\"')}"
`);
  writeFileSync(join(odd, 'b.yaml'), `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '${CANARY}', namespace: a}\ndata:\n  config.alloy: |\n    loki.write "out" {\n      endpoint {\n        url = "https://x.example.net/${CANARY.replaceAll('"', '\\"')}"\n      }\n    }\n    loki.source.kubernetes_events "all" {\n      forward_to = [loki.write.out.receiver]\n    }\n`);
  lint(['check', '-o', 'html=canary.html', odd], [1, 2]);
  lint(['graph', '-o', 'svg=canary.svg', '-o', 'mermaid=canary.mmd', '-o', 'dot=canary.dot', odd], [0, 2]);
  lint(['graph', '-o', 'svg=flow.svg', '-o', 'mermaid=flow.mmd', '-o', 'dot=flow.dot', 'stack'], [0]);
  lint(['merge', '-o', 'html=merged.html', 'report.json', 'report.json'], [1]);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const leak = (page) => page.locator('.picture .edge.leaks[role="button"]').first();

/** What is told of the leak: the way, the line, the finding. */
async function tellsTheLeak(page) {
  const details = page.locator('.details');
  assert.match(await details.locator('h3').innerText(), /^logs from .* to .*: leaks/);
  const way = await details.locator('.way ol li').allInnerTexts();
  assert.ok(way.length >= 3, way.join(' > '));
  const lines = await details.locator('.lines .frame').first().innerText();
  const marked = await details.locator('.lines mark').first().innerText();
  assert.match(marked, /^https?:/);
  assert.ok(lines.includes(marked));
  const finding = details.locator('.about a').filter({ hasText: 'logs leave the workload' });
  assert.equal(await finding.count(), 1);
  assert.ok(await page.locator('.picture .on-way').count() >= 4);
  return finding;
}

describe('the page', () => {
  test('opens from a file without a message, a fault or a request', async () => {
    const { page, noted, context } = await open('report.html');
    assert.match(await page.title(), /violated.*ptd-lint/);
    assert.equal(await page.locator('.card').count(), 8);
    assert.ok(await page.locator('article.finding').count() > 0);
    assert.ok(await leak(page).isVisible());
    await page.waitForTimeout(200);
    quiet(noted, 'report.html');
    await context.close();
  });

  test('shows the way, the lines and the finding of a leak that is chosen by mouse', async () => {
    const { page, noted, context } = await open('report.html');
    const stroke = await leak(page).locator('.line').evaluate((line) => getComputedStyle(line).stroke);
    assert.equal(stroke, 'rgb(200, 16, 46)');
    const box = await leak(page).locator('.mark').first().boundingBox();
    await leak(page).scrollIntoViewIfNeeded();
    await leak(page).locator('circle.mark').click();
    assert.ok(box);
    assert.equal(await leak(page).getAttribute('aria-pressed'), 'true');
    const finding = await tellsTheLeak(page);
    await finding.click();
    const target = page.locator('article.finding:target');
    assert.match(await target.innerText(), /logs leave the workload/);
    await target.locator('button.draw').click();
    assert.equal(await leak(page).getAttribute('aria-pressed'), 'true');
    await page.locator('.details .close').click();
    assert.equal(await leak(page).getAttribute('aria-pressed'), 'false');
    quiet(noted, 'report.html');
    await context.close();
  });

  test('shows the same to whoever has a keyboard only', async () => {
    const { page, context } = await open('report.html');
    // One stop for the whole picture, reached with Tab.
    assert.equal(await page.locator('.canvas [role="button"][tabindex="0"]').count(), 1);
    await page.locator('.zoom button').last().focus();
    for (let presses = 0; presses < 3; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => !!document.activeElement.closest('.canvas svg'))) break;
    }
    // Walks along the ways of logs until the line that leaks.
    const target = await leak(page).getAttribute('id');
    const found = await page.evaluate((id) => {
      const seen = new Set();
      const todo = [[document.activeElement.id, []]];
      const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      while (todo.length) {
        const [at, keys] = todo.shift();
        if (at === id) return keys;
        if (seen.has(at)) continue;
        seen.add(at);
        for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'ArrowDown']) {
          document.getElementById(at).focus();
          press(key);
          todo.push([document.activeElement.id, [...keys, key]]);
        }
      }
      return null;
    }, target);
    assert.ok(found, 'the leak cannot be reached with arrow keys');
    await page.reload();
    await page.locator('.canvas [role="button"][tabindex="0"]').focus();
    for (const key of found) await page.keyboard.press(key);
    assert.equal(await page.evaluate(() => document.activeElement.id), target);
    await page.keyboard.press('Enter');
    await tellsTheLeak(page);
    await page.keyboard.press('Escape');
    assert.equal(await leak(page).getAttribute('aria-pressed'), 'false');
    assert.equal(await page.locator('.details h3').count(), 0);
    await context.close();
  });

  test('filters by severity, promise, rule and text, and counts what is left', async () => {
    const { page, context } = await open('report.html');
    const all = await page.locator('article.finding').count();
    const visible = () => page.locator('article.finding:visible').count();
    const said = () => page.locator('.filters output').innerText();
    assert.equal(await visible(), all);
    assert.equal(await said(), `${all} findings`);
    const errors = await page.locator('article.finding[data-severity="error"]').count();
    await page.locator('input[value="warning"]').uncheck();
    await page.locator('input[value="info"]').uncheck();
    assert.equal(await visible(), errors);
    assert.equal(await said(), `${errors} of ${all} findings`);
    await page.locator('.filters button[type="reset"]').click();
    await page.waitForFunction((count) => document.querySelector('.filters output').textContent === `${count} findings`, all);
    await page.locator('select[name="promise"]').selectOption('log-boundary');
    const promises = await page.locator('article.finding:visible').evaluateAll((own) => own.map((one) => one.dataset.promise));
    assert.ok(promises.length > 0 && promises.every((own) => own === 'log-boundary'));
    await page.locator('.filters button[type="reset"]').click();
    await page.locator('select[name="rule"]').selectOption('logs-leave-workload');
    assert.equal(await visible(), 1);
    await page.locator('select[name="rule"]').selectOption('');
    await page.locator('input[name="text"]').fill('leave LOGS');
    assert.ok(await visible() >= 1 && await visible() < all);
    await page.locator('input[name="text"]').fill('no such word anywhere');
    assert.equal(await visible(), 0);
    // A link to a finding that is filtered out brings it back.
    await page.evaluate(() => { location.hash = '#f0'; });
    await page.waitForFunction(() => !document.getElementById('f0').hidden);
    await context.close();
  });

  test('the number of findings on a promise chooses them', async () => {
    const { page, context } = await open('report.html');
    const button = page.locator('.card.violated button.only').first();
    const promise = await button.getAttribute('data-promise');
    await button.click();
    const shown = await page.locator('article.finding:visible').evaluateAll((own) => own.map((one) => one.dataset.promise));
    assert.ok(shown.length > 0 && shown.every((own) => own === promise));
    await context.close();
  });

  test('is light or dark as the system is, until somebody says otherwise', async () => {
    const paper = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const [scheme, color] of [['light', 'rgb(255, 255, 255)'], ['dark', 'rgb(18, 22, 28)']]) {
      const { page, noted, context } = await open('report.html', { colorScheme: scheme });
      assert.equal(await paper(page), color);
      const other = scheme === 'dark' ? 'light' : 'dark';
      await page.locator('#theme').selectOption(other);
      assert.notEqual(await paper(page), color);
      const node = await page.locator('.picture .node:not(.aside) .body').first().evaluate((own) => getComputedStyle(own).fill);
      assert.equal(node, other === 'dark' ? 'rgb(34, 42, 53)' : 'rgb(255, 255, 255)');
      await page.reload();
      assert.notEqual(await paper(page), color, 'the choice is kept');
      assert.deepEqual(noted.console, []);
      await context.close();
    }
  });

  test('has a name for everything that can be used, and no fault that axe knows', async () => {
    const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1440, 480]) {
        // The policy of the page would not let it in.
        const { page, context } = await open('report.html', { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
        await page.evaluate(axe);
        for (const chosen of [false, true]) {
          if (chosen) { await leak(page).focus(); await page.keyboard.press('Enter'); await page.waitForTimeout(300); }
          const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
          const told = violations.filter((own) => !(chosen && own.id === 'color-contrast'))
            .map((own) => `${own.id}: ${own.help}: ${own.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
          assert.deepEqual(told, [], `${colorScheme} ${width} ${chosen}`);
        }
        const nameless = await page.evaluate(() => [...document.querySelectorAll('button, a, select, input, summary, [role="button"]')]
          .filter((own) => !(own.getAttribute('aria-label') || own.textContent.trim() || own.labels?.length))
          .map((own) => own.outerHTML));
        assert.deepEqual(nameless, []);
        await context.close();
      }
    }
  });

  test('does not scroll sideways on a phone', async () => {
    const { page, context } = await open('report.html', { viewport: { width: 480, height: 900 } });
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= room, `${wide} > ${room}`);
    await context.close();
  });

  test('prints all of it, and none of what is for screens', async () => {
    const { page, context } = await open('report.html');
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    for (const selector of ['.filters', 'nav', '.zoom', '.details', '.theme', 'button.draw']) {
      assert.equal(await page.locator(`${selector}:visible`).count(), 0, selector);
    }
    assert.equal(await page.locator('article.finding:visible').count(), await page.locator('article.finding').count());
    assert.ok(await page.locator('details.table tbody tr').first().isVisible());
    const [picture, room] = await page.evaluate(() => [document.querySelector('.canvas svg').getBoundingClientRect().width, innerWidth]);
    assert.ok(picture <= room);
    assert.ok((await page.pdf({ format: 'A4' })).length > 10_000);
    await context.close();
  });

  test('shows text from inputs as text', async () => {
    const { page, noted, context } = await open('canary.html');
    assert.ok((await page.content()).includes('&lt;script&gt;window.canary'));
    await page.locator('.picture [role="button"]').first().focus();
    for (const part of await page.locator('.picture [role="button"]').all()) { await part.focus(); await page.keyboard.press('Enter'); }
    assert.equal(await page.evaluate(() => window.canary), undefined);
    assert.equal(await page.locator('main script, main img').count(), 0);
    quiet(noted, 'canary.html');
    await context.close();
  });

  test('runs nothing but its own script, whatever stands in it', async () => {
    writeFileSync(join(folder, 'evil.html'), readFileSync(join(folder, 'report.html'), 'utf8')
      .replace('<main>', `<main>${CANARY}`));
    const { page, noted, context } = await open('evil.html');
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => window.canary), undefined);
    assert.ok(noted.console.some((own) => own.includes('Content Security Policy')));
    await context.close();
  });

  test('of reports that were joined has all but the picture', async () => {
    const { page, noted, context } = await open('merged.html');
    assert.ok(await page.locator('article.finding').count() > 0);
    assert.equal(await page.locator('.picture').count(), 0);
    await page.locator('input[name="text"]').fill('logs leave');
    assert.ok(await page.locator('article.finding:visible').count() >= 1);
    quiet(noted, 'merged.html');
    await context.close();
  });

  test('is the same bytes for each number of threads', () => {
    const of = (threads) => {
      lint(['check', '--threads', String(threads), '-o', `html=t${threads}.html`, 'stack'], [1]);
      return readFileSync(join(folder, `t${threads}.html`), 'utf8');
    };
    assert.equal(of(1), of(4));
  });
});

describe('pictures', () => {
  test('as SVG stand by themselves, in light and in dark', async () => {
    for (const file of ['flow.svg', 'canary.svg']) {
      const { page, noted, context } = await open(file);
      assert.equal(await page.evaluate(() => document.documentElement.nodeName), 'svg');
      assert.equal(await page.evaluate(() => document.querySelector('parsererror')), null);
      assert.ok(await page.locator('.edge.leaks .line').count() >= 1);
      assert.equal(await page.evaluate(() => window.canary), undefined);
      quiet(noted, file);
      await context.close();
    }
  });

  test('as Mermaid are read and drawn by Mermaid', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto('about:blank');
    await page.addScriptTag({ path: new URL('./node_modules/mermaid/dist/mermaid.min.js', import.meta.url).pathname });
    for (const file of ['flow.mmd', 'canary.mmd']) {
      const text = readFileSync(join(folder, file), 'utf8');
      const drawn = await page.evaluate(async (own) => {
        window.mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
        const parsed = await window.mermaid.parse(own);
        const { svg } = await window.mermaid.render('drawn', own);
        document.body.innerHTML = svg;
        return [parsed.diagramType, document.body.textContent];
      }, text);
      assert.match(drawn[0], /^flowchart/);
      assert.ok(drawn[1].includes('logs: leaks'), file);
      assert.equal(await page.evaluate(() => window.canary), undefined);
    }
    await context.close();
  });

  test('as DOT are read and drawn by Graphviz', (own) => {
    if (spawnSync('dot', ['-V']).error) { own.skip('no Graphviz'); return; }
    for (const file of ['flow.dot', 'canary.dot']) {
      const ran = spawnSync('dot', ['-Tsvg', join(folder, file)], { encoding: 'utf8' });
      assert.equal(ran.status, 0, ran.stderr);
      assert.equal(ran.stderr, '');
      assert.ok(ran.stdout.includes('logs: leaks') && !ran.stdout.includes('<script'));
    }
  });
});
