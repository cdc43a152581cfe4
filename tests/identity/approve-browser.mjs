// approve-browser.mjs VERIFICATION_URI USER_CODE USER [PNG]: approves a code as
// a person would, in headless Chromium, at Better Auth's page or at the built-in
// pages of oidc-provider. Prints what the last page says. PNG: a screenshot of
// the page where the person decides.
import { chromium } from 'playwright-core';
import { password } from './people.mjs';

const [uri, code, user, png] = process.argv.slice(2);

async function betterAuth(page) {
  await page.fill('#code', code);
  await page.fill('#email', user.includes('@') ? user : `${user}@acme.test`);
  await page.fill('#password', password);
  if (png) await page.screenshot({ path: png });
  await page.click('button[value=approve]');
  await page.waitForFunction(() => document.getElementById('out').textContent !== '');
  return page.textContent('#out');
}

async function oidcProvider(page) {
  await page.fill('input[name=user_code]', code);
  await page.click('button[type=submit]');
  await page.waitForSelector('button[type=submit]:not([name=abort])');
  if (png) await page.screenshot({ path: png });
  await page.click('button[type=submit]:not([name=abort])');
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('input[name=prompt][value=consent]', { state: 'attached' });
  await page.click('button[type=submit]');
  await page.waitForURL(/\/device\//);
  return page.textContent('h1');
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'],
});
try {
  // Chromium does not know the throw-away CA; a person's browser would.
  const page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 640, height: 640 } });
  await page.goto(uri);
  const says = await page.locator('#code').count() ? await betterAuth(page) : await oidcProvider(page);
  console.log(says);
  if (!/approved|success/i.test(says)) process.exitCode = 1;
} finally {
  await browser.close();
}
