"""Addresses of the desk. The verb comes first: the key of a case may have slashes in it."""

from django.urls import path

from loper.server.pages.desk import acts, case, cases, correct, customer, engine, home, reading, script, sending, tasks

app_name = "desk"
urlpatterns = [
    path("", cases.first, name="first"),
    path("find", cases.find, name="find"),
    path("cases", cases.listing, name="cases"),
    path("cases/<path:key>", case.show, name="case"),
    path("line/<path:key>", case.line, name="line"),
    path("message/<int:seq>/<path:key>", reading.message, name="message"),
    path("note/<path:key>", case.note, name="note"),
    path("photo/<uuid:file>", case.photo, name="photo"),
    path("book/<path:key>", acts.book, name="book"),
    path("duty/<path:key>", acts.duty, name="duty"),
    path("cancel/<path:key>", acts.cancel, name="cancel"),
    path("stop/<path:key>", acts.withdraw, name="withdraw"),
    path("undo/<path:key>", acts.undo, name="undo"),
    path("access/<path:key>", home.access, name="access"),
    path("call/<path:key>", acts.call, name="call"),
    path("happened/<str:event>/<path:key>", acts.happened, name="happened"),
    path("mistake/<path:key>", correct.correct, name="correct"),
    path("link/<path:key>", sending.link, name="link"),
    path("customer/<str:key>", customer.show, name="customer"),
    path("customer/<str:key>/change", customer.change, name="customer_change"),
    path("customer/<str:key>/works-again", customer.works_again, name="works_again"),
    path("new/<slug:journey>/<slug:dialogue>", script.new, name="new"),
    path("forms", script.listing, name="forms"),
    path("forms/<uuid:form>", script.form, name="form"),
    path("ask/<slug:dialogue>/<path:key>", script.offered, name="ask"),
    path("tasks", tasks.listing, name="tasks"),
    path("tasks/<int:task>", tasks.show, name="task"),
    path("tasks/<int:task>/take", tasks.claim, name="claim"),
    path("tasks/<int:task>/back", tasks.give_back, name="give_back"),
    path("tasks/<int:task>/tried", tasks.attempt, name="attempt"),
    path("tasks/<int:task>/done", tasks.close, name="close"),
    path("tasks/<int:task>/open", tasks.reopen, name="reopen"),
    path("engine", engine.show, name="engine"),
    path("release/<path:key>", engine.release, name="release"),
]
