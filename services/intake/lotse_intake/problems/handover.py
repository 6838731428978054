"""Refusals about: the handover of cases to whoever comes next."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "handover_over": {
        "uk": "Передавання справ уже завершено. Зверніться, будь ласка, до нас.",
        "ru": "Передача дел уже завершена. Обратитесь, пожалуйста, к нам.",
        "de": "Die Übergabe der Fälle ist schon abgeschlossen. Bitte melden Sie sich bei uns.",
        "en": "The handover of cases is over already. Please get in touch with us.",
    },
    "handover_not_asked": {
        "uk": "Наразі для вас немає запитання про передавання справи. Якщо вам потрібно щось вирішити, скажіть нам.",
        "ru": "Сейчас для вас нет вопроса о передаче дела. Если вам нужно что-то решить, скажите нам.",
        "de": "Zur Übergabe wartet gerade keine Frage auf Sie. Wenn Sie etwas regeln möchten, sagen Sie es uns.",
        "en": "No question about the handover is waiting for you now. If you would like to settle something, tell us.",
    },
    "handover_no_open_case": {
        "uk": "У цієї особи немає відкритої справи, яку можна було б передати.",
        "ru": "У этого человека нет открытого дела, которое можно было бы передать.",
        "de": "Diese Person hat keinen offenen Fall, der übergeben werden könnte.",
        "en": "This person has no open case that could be handed over.",
    },
    "too_many_concerns": {
        "uk": "Тем забагато для однієї згоди. Спершу закрийте, будь ласка, ті, що вже вирішено.",
        "ru": "Тем слишком много для одного согласия. Сначала закройте, пожалуйста, те, что уже решены.",
        "de": "Für eine Einwilligung sind das zu viele Themen. Bitte schließen Sie zuerst, was schon erledigt ist.",
        "en": "These are too many topics for one consent. Please close first what is settled already.",
    },
    "place_needed": {
        "uk": "Скажіть, будь ласка, у якому районі Дрездена ви живете, або вкажіть поштовий індекс.",
        "ru": "Скажите, пожалуйста, в каком районе Дрездена вы живёте, или укажите почтовый индекс.",
        "de": "Bitte sagen Sie, in welchem Stadtteil von Dresden Sie wohnen, oder nennen Sie die Postleitzahl.",
        "en": "Please say which part of Dresden you live in, or give the postcode.",
    },
    "place_unknown": {
        "uk": "Такого району чи індексу немає в нашому переліку, або він належить до двох частин міста. "
        "Оберіть, будь ласка, район зі списку.",
        "ru": "Такого района или индекса нет в нашем списке, или он относится к двум частям города. "
        "Выберите, пожалуйста, район из списка.",
        "de": "Dieser Ort steht nicht in unserer Liste, oder er liegt in zwei Teilen der Stadt. "
        "Bitte wählen Sie den Stadtteil aus der Liste.",
        "en": "This place is not on our list, or it lies in two parts of the city. "
        "Please choose the district from the list.",
    },
    "handover_packaged": {
        "uk": "Вашу справу вже підготовлено до передавання. Ви можете відкликати згоду або поговорити з нами.",
        "ru": "Ваше дело уже подготовлено к передаче. Вы можете отозвать согласие или поговорить с нами.",
        "de": "Ihr Fall ist schon zur Übergabe gepackt. Sie können die Einwilligung zurücknehmen oder uns ansprechen.",
        "en": "Your case is packed for the handover already. You can take your consent back, or talk to us.",
    },
    "handover_done": {
        "uk": "Вашу справу вже передано. Зверніться, будь ласка, до служби у вашій частині міста або до нас.",
        "ru": "Ваше дело уже передано. Обратитесь, пожалуйста, в службу в вашей части города или к нам.",
        "de": "Ihr Fall ist schon übergeben. Bitte wenden Sie sich an die Stelle in Ihrem Teil der Stadt oder an uns.",
        "en": "Your case has been handed over. Please turn to the service in your part of the city, or to us.",
    },
    "handover_no_papers": {
        "uk": "Ця особа не просила видати їй папери.",
        "ru": "Этот человек не просил выдать ему бумаги.",
        "de": "Diese Person hat nicht um ihre Papiere gebeten.",
        "en": "This person has not asked for her papers.",
    },
    "handover_receipt_of_another": {
        "uk": "Це підтвердження належить до іншого пакета. Нічого не враховано.",
        "ru": "Это подтверждение относится к другому пакету. Ничего не учтено.",
        "de": "Diese Bestätigung gehört zu einem anderen Paket. Nichts davon wurde übernommen.",
        "en": "This receipt belongs to another package. Nothing of it was taken.",
    },
    "handover_too_early": {
        "uk": "Видаляти ще не можна: підтвердження немає або строк після нього не минув.",
        "ru": "Удалять ещё нельзя: подтверждения нет или срок после него не истёк.",
        "de": "Gelöscht werden darf noch nicht: Die Bestätigung fehlt, oder die Frist danach läuft noch.",
        "en": "It is too early to delete: the receipt is missing, or the period after it still runs.",
    },
    "handover_still_open": {
        "uk": "У цієї особи є відкриті питання, які не передано. Спершу завершіть їх, будь ласка.",
        "ru": "У этого человека есть открытые вопросы, которые не переданы. Сначала завершите их, пожалуйста.",
        "de": "Diese Person hat offene Anliegen, die nicht übergeben sind. Bitte schließen Sie diese zuerst ab.",
        "en": "This person has open concerns that were not handed over. Please settle them first.",
    },
}
