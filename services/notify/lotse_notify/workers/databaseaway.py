"""What says that the database cannot be asked now: nobody's message is at fault, and all of it is tried again."""

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from lotse_chassis.faults import Away

DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, Away, OSError)
