"""What people see of who gets what: families beside their peers, the authority in the file of who applied and who got in."""

from abm.compiled import compiled
from abm.rules.trust import fairness
from abm.stages.deliver_intake import need_of

UNSEEN = -1.0  # nobody to compare with


@compiled
def hours_beside_peers(world, row, i):
    """Contract hours per need of a family in service beside the mean of its peers in service, as an experience; or UNSEEN."""
    peers, total, count = int(world.settings[row].family_peers), 0.0, 0.0
    for talk in range(i * peers, (i + 1) * peers):
        peer = world.families[world.peers[talk].peer]
        if world.peers[talk].active and peer.enrolled:
            total += peer.hours_received / max(1e-9, need_of(peer))
            count += 1.0
    if count == 0.0:
        return UNSEEN
    family = world.families[i]
    return fairness(family.hours_received / max(1e-9, need_of(family)), total / count)


@compiled
def wait_beside_peers(world, row, i):
    """How hard to help its peers in service are beside a family that waits for a place, as an experience; or UNSEEN."""
    peers, total, count = int(world.settings[row].family_peers), 0.0, 0.0
    for talk in range(i * peers, (i + 1) * peers):
        peer = world.families[world.peers[talk].peer]
        if world.peers[talk].active and peer.enrolled:
            total += peer.complexity
            count += 1.0
    return fairness(total / count, world.families[i].complexity) if count > 0.0 else UNSEEN


@compiled
def intake_beside_file(provider):
    """How hard to help those are whom a provider lately took in, beside all who applied to it, as an experience; or UNSEEN."""
    if provider.intake_weight <= 0.0:
        return UNSEEN
    return fairness(provider.complexity_taken, provider.complexity_on_file)


@compiled
def mixed(experience, fair, part):
    """An experience in which fairness has a part; the experience itself where nothing was seen."""
    return experience if fair < 0.0 else (1.0 - part) * experience + part * fair
