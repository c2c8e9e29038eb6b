"""Planning: blocks that fit the routes, days planned again, arrival times. Pure; no Django, no clock.

model      what planning speaks of: places, shifts, jobs, routes, blocks
travel     how long it takes to get there
offer      which blocks a customer can have, with their extra travel, or why not
optimise   days planned again, promises kept; a sick technician, an urgent job
compare    a proposal beside the plan it was made from
arrival    when the technician will be there, as precisely as is honest
progress   how far a technician's day is, by taps and places
traffic    how trips differ from what was planned, today
calibrate  forecasts held against what came, so that what is said is kept
telling    what the customer is told of it, and when anew
duration   how long a kind of job takes
followup   the job after a visit without a solution
"""
