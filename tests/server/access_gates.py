"""Which gate each address stands behind: the matrix of who may open what. A permission of server/permissions.py, or:

public: everybody; scope: who came by a link (or a code) of that very case; token: a token of a system; login: whoever
signed in; demo: a demonstration alone. An address that is not here fails the test.
"""

GATES = {
    "public": "portal:start portal:open portal:unsubscribe portal:opt_out portal:find portal:code portal:leave"
    " portal:begin field:offline field:worker field:manifest studio:guest studio:reading api:openapi healthz brand_logo"
    " brand.css set_language calendar",
    "scope": "portal:next portal:stop portal:contact portal:later portal:photo portal:question portal:now portal:plan"
    " portal:welcome portal:calendar portal:withdraw portal:undo portal:call portal:thanks portal:survey portal:ask"
    " portal:case",
    "token": "metrics api:events api:positions api:sms_reports api:partner_visits api:partner_say api:vera_options"
    " api:vera_option api:vera_appointments api:vera_appointment api:out_again",
    "login": "home account studio:studio",
    "demo": "demo:start demo:become demo:clock demo:mail demo:read demo:page",
    "desk": "desk:find desk:first desk:cases desk:case desk:line desk:photo desk:tasks desk:task",
    "customer.see": "desk:message desk:customer desk:forms",
    "case.book": "desk:book",
    "home.access": "desk:access",
    "case.withdraw": "desk:cancel desk:withdraw desk:undo",
    "case.ask_call": "desk:call",
    "link.send": "desk:link",
    "customer.change": "desk:customer_change desk:works_again",
    "case.report": "desk:new desk:form desk:ask",
    "case.retract": "desk:correct",
    "case.tell": "desk:duty desk:happened",
    "case.note": "desk:note",
    "case.release": "desk:release",
    "engine.see": "desk:engine",
    "task.do": "desk:claim desk:give_back desk:attempt desk:close desk:reopen",
    "field": "field:day field:tomorrow field:visit field:times field:photo field:signature field:token field:tap"
    " field:undo field:note field:access field:hours field:shot field:drop_shot field:sign field:place field:share",
    "planning": "planner:week planner:day planner:again planner:pin planner:ill planner:absences planner:take_back"
    " planner:urgent planner:proposals planner:proposal planner:propose_again planner:span planner:block planner:move"
    " planner:technicians planner:new_technician planner:technician planner:kinds planner:new_kind planner:kind"
    " partner:open partner:act",
    "complex.begin": "planner:complexes planner:new_complex planner:complex planner:look_complex",
    "parts.order": "planner:parts planner:part",
    "arrivals.see": "planner:arrivals",
    "partner": "partner:visits partner:visit partner:say partner:times partner:open_times partner:change_time",
    "insight": "insight:logs insight:new insight:columns insight:ends insight:counted insight:rejects insight:progress"
    " insight:first insight:cases insight:case insight:csv insight:svg insight:png insight:question insight:against"
    " insight:remove",
    "promises": "insight:promises insight:promises_csv insight:promises_svg insight:promises_png",
    "office": "office:home",
    "accounts.change": "office:accounts office:account_new office:account office:account_act",
    "import": "office:imports office:import_new office:import office:rejects office:mend office:import_act",
    "out": "office:out office:out_file office:out_one",
    "out.change": "office:out_new office:out_change office:out_do",
    "health": "office:health",
    "privacy": "office:privacy office:privacy_register office:privacy_looks office:privacy_person office:privacy_act",
    "privacy.export": "office:privacy_download",
    "studio": "studio:journeys studio:start studio:journey studio:download studio:language studio:check studio:texts"
    " studio:text studio:look studio:mail studio:changes studio:propose studio:discard studio:thrown studio:restore"
    " studio:upload studio:version studio:sign studio:publish studio:invite studio:uninvite studio:work_on"
    " studio:moving studio:start_move studio:move studio:steer",
    "organisation.see": "studio:organisation studio:organisation_check studio:organisation_version"
    " studio:organisation_back",
    "organisation.change": "studio:organisation_edit",
}

ALSO = {"organisation.see": ("director", "agent", "planner", "analyst", "admin")}
"""Gates that are more than one permission: who works on journeys, or on the organisation."""

GATE = {name: gate for gate, names in GATES.items() for name in names.split()}
