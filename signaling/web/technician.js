// signaling/web/technician.js - the technicians' page: key, then the desk. /technician#key=...

import { recall, remember } from './core/settings.js';
import { BasePage, openPage } from './ui/base_page.js';
import { MessageView } from './ui/message_view.js';
import { TechnicianView } from './ui/technician_view.js';

/** @typedef {import('./core/types.js').Identity} Identity */

class TechnicianPage extends BasePage {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, 'desk.title');
  }

  /** @param {Identity} identity */
  async enter({ role, rooms }) {
    const room = rooms.find(({ id }) => id === recall('room')) ?? rooms[0];
    if (role === 'technician' && room !== undefined) {
      this.showDesk(rooms, room.id);
      return;
    }
    const isTechnician = role === 'technician';
    this.show(new MessageView({
      title: isTechnician ? 'noRoom.title' : 'desk.notTechnician',
      text: isTechnician ? 'desk.noRoom' : 'desk.notTechnicianText',
      buttons: [{ text: 'devices.otherKey', onclick: () => this.forget() }],
    }));
  }

  /** @param {Identity['rooms']} rooms @param {string} room */
  showDesk(rooms, room) {
    this.show(new TechnicianView({
      api: this.api, rooms, room,
      onRoom: (other) => {
        remember('room', other);
        this.showDesk(rooms, other);
      },
      onLeave: () => this.forget(),
      onRefused: (error) => this.askForKey(error),
    }));
  }
}

openPage((root) => new TechnicianPage(root));
