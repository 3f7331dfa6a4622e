// signaling/web/ui/base_page.js - what all pages do alike: find the key, log in, show one view
// after the other, log out.

import { Api, ApiError } from '../core/api.js';
import { language, languageEvents, t } from '../core/i18n.js';
import { recall, remember, takeKeyFromAddress } from '../core/settings.js';
import { KeyView } from './key_view.js';

/** @typedef {import('../core/types.js').Identity} Identity */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {{element: HTMLElement, focus(): void, destroy(): void}} View */

/** A page says in `enter` what it does with somebody who logged in. */
export class BasePage {
  /** @param {HTMLElement} root @param {MessageKey|null} title  before the product's name */
  constructor(root, title = null) {
    this.root = root;
    this.title = title;
    this.api = new Api({ language });
    /** @type {View|null} */
    this.view = null;
    this.showTitle();
    languageEvents.addEventListener('change', () => this.showTitle());
    addEventListener('hashchange', () => {
      if (location.hash.includes('key=')) void this.start();
    });
  }

  showTitle() {
    document.title = this.title === null ? t('app.name') : `${t(this.title)} – ${t('app.name')}`;
  }

  /** @param {View} view */
  show(view) {
    this.view?.destroy();
    this.view = view;
    this.root.replaceChildren(view.element);
    view.focus();
  }

  /** The key of the address, the one that this machine remembers, or the login cookie; else it
   * is asked for. */
  async start() {
    const key = takeKeyFromAddress() ?? recall('key');
    if (key !== null) {
      await this.logIn(key).catch((error) => this.askForKey(error, key));
      return;
    }
    // A reload within the cookie's life needs no key again.
    const known = await this.api.whoAmI().catch(() => null);
    if (known === null) this.askForKey();
    else await this.enter(known).catch((error) => this.askForKey(error));
  }

  /** @param {unknown} [error] @param {string} [key] */
  askForKey(error, key) {
    if (error instanceof ApiError && error.status === 401) remember('key', null);
    this.show(new KeyView({
      error,
      key,
      onKey: async (typed, isRemembered) => {
        await this.logIn(typed);
        if (isRemembered) remember('key', typed);
      },
    }));
  }

  /** @param {string} key @throws {ApiError} */
  async logIn(key) {
    await this.enter(await this.api.login(key));
  }

  /** @param {Identity} _identity @returns {Promise<void>} @throws {ApiError} */
  async enter(_identity) {
    throw new Error('a page must say who may enter');
  }

  /** Logs out, here and at the bridge. */
  forget() {
    remember('key', null);
    this.api.logout().catch(() => {});
    this.api.key = null;
    this.askForKey();
  }
}

/** @param {(root: HTMLElement) => BasePage} make */
export function openPage(make) {
  const root = document.getElementById('app');
  if (root === null) return;
  document.documentElement.lang = language();
  const page = make(root);
  void page.start();
  // For the tests and for a technician at the console; the key stays out of reach of neither.
  Object.assign(globalThis, { diemcau: page });
}
