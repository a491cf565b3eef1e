"""The addresses of VMs: generated ones, and those that a world gives."""

from collections.abc import Callable, Collection, Container, Iterable
from ipaddress import IPv6Address, ip_address
from itertools import chain, count

_HOSTS = 254
_SPARE = int(IPv6Address("2001:db8::"))


def generated_address(vm_id: int) -> str:
    """Return an address of the range for documentation. VMs may share one: it has room for 254."""
    return f"203.0.113.{vm_id % _HOSTS + 1}"


def canonical(address: str) -> str:
    """Return an address in the one form that two spellings of it share. What is no address is returned unchanged."""
    try:
        return str(ip_address(address))
    except ValueError:
        return address


def free_address(vm_id: int, chosen: Container[str]) -> str:
    """Return the generated address of a VM, or if another VM's was chosen to be that, one of a range that others do not get."""
    spare = (str(IPv6Address(_SPARE + number)) for number in count(vm_id))
    return next(address for address in chain([generated_address(vm_id)], spare) if address not in chosen)


def _nobody(_address: str) -> Collection[int]:
    return ()


class Addresses:
    """The addresses that an account's VMs have. A chosen one is no other VM's; a generated one may repeat.

    `present` returns the ids of the VMs that are there already and have an address.
    """

    def __init__(self, present: Callable[[str], Collection[int]] = _nobody) -> None:
        self._present = present
        self._reserved: set[str] = set()
        self._chosen: set[str] = set()
        self._generated: set[str] = set()

    def __contains__(self, address: object) -> bool:
        """Tell whether a VM has chosen this address, or will."""
        return address in self._reserved or (isinstance(address, str) and self._is_chosen(address))

    def reserve(self, given: Iterable[tuple[int, str | None]]) -> None:
        """Generate none of these addresses."""
        for vm_id, address in given:
            if address is not None and address != generated_address(vm_id):
                self._reserved.add(canonical(address))

    def of(self, vm_id: int, given: str | None) -> str | None:
        """Return the address of a VM; None if the given one is another's."""
        address = free_address(vm_id, self) if given is None else canonical(given)
        is_generated = address == generated_address(vm_id)
        if given is not None and (
            self._is_chosen(address) or (self._is_generated(address) and not is_generated)
        ):
            return None
        self._note(vm_id, address)
        return given or address

    def _note(self, vm_id: int, address: str) -> None:
        (self._generated if address == generated_address(vm_id) else self._chosen).add(address)

    def _is_chosen(self, address: str) -> bool:
        return address in self._chosen or any(
            generated_address(vm_id) != address for vm_id in self._present(address)
        )

    def _is_generated(self, address: str) -> bool:
        return address in self._generated or any(
            generated_address(vm_id) == address for vm_id in self._present(address)
        )
